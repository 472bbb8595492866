using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels;
using Mibera.Inference.Simd;
using Mibera.Inference.Tests.Kernels;
using Mibera.Inference.Threading;

namespace Mibera.Inference.KernelCheck;

/// <summary>Cells of the kernel table against the scalar kernels, bit for bit.</summary>
internal static unsafe class KernelChecks
{
    /// <summary>Two groups of eight rows and an incomplete one.</summary>
    private const int Rows = 19;

    /// <summary>The cells of every instruction set of this machine.</summary>
    public static IEnumerable<(MatrixKernel Kernel, string Set)> Cells()
    {
        foreach (var set in InstructionSets.Supported)
        {
            foreach (var type in Enum.GetValues<GgmlType>())
            {
                if (KernelTable.Cell(type, set) is { } kernel)
                    yield return (kernel, InstructionSets.Name(set));
            }
        }
    }

    /// <summary>The first difference from the scalar kernel, or null.</summary>
    public static string? Fault(MatrixKernel kernel)
    {
        foreach (var pattern in RandomBlocks.Patterns)
        {
            foreach (var (units, inputs) in new[] { (1, 1), (3, 1), (2, 3), (1, 4), (1, 11) })
            {
                var columns = 256 * units;
                using var input = new Activations(inputs, columns);
                input.Reset(inputs);
                for (var t = 0; t < inputs; t++)
                    RandomActivations.Fill(new Span<float>(input.Row(t), columns), (ActivationPattern)((units + t) % 4), seed: 5);
                fixed (byte* data = RandomBlocks.Rows(kernel.Type, Rows, columns, pattern, seed: 7))
                {
                    var weights = new WeightMatrix(kernel.Type, data, Rows, columns);
                    var expected = Multiply(KernelTable.Scalar(kernel.Type), weights, input);
                    var actual = Multiply(kernel, weights, input);
                    for (var i = 0; i < expected.Length; i++)
                    {
                        if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                            return $"{pattern}, {columns} columns, row {i % Rows}: {actual[i]:R} instead of {expected[i]:R}";
                    }
                }
            }
        }
        return null;
    }

    private static float[] Multiply(MatrixKernel kernel, WeightMatrix weights, Activations input)
    {
        var output = new float[Rows * input.Rows];
        kernel.Prepare(input, WorkerPool.Inline);
        fixed (float* target = output)
            kernel.Multiply(weights, input, 0, Rows, target, Rows);
        return output;
    }
}
