using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels;
using Mibera.Inference.Simd;
using Mibera.Inference.Tests.Kernels;
using Mibera.Inference.Threading;

namespace Mibera.Inference.KernelCheck;

/// <summary>Cells of the kernel table against the scalar kernels, bit for bit.</summary>
internal static unsafe class KernelChecks
{
    /// <summary>A tile of matrix x matrix, which is four groups of eight rows, and an incomplete group.</summary>
    private const int Rows = 35;

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
            // The last: a chunk of 256 and a short one, if the format's blocks allow it.
            var block = Math.Max(32, kernel.Type.Block().Elements);
            foreach (var (columns, inputs) in new[] { (256, 1), (768, 1), (512, 3), (256, 4), (256, 11), (256 + block, 5) })
            {
                using var input = new Activations(inputs, columns);
                input.Reset(inputs);
                for (var t = 0; t < inputs; t++)
                    RandomActivations.Fill(new Span<float>(input.Row(t), columns), (ActivationPattern)((columns / 256 + t) % 4), seed: 5);
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
