using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels;
using Mibera.Inference.Tests.Quantization;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Tests.Kernels;

/// <summary>The scalar products against plain double-precision sums over dequantized weights and activations.</summary>
public unsafe class ScalarKernelTests
{
    private const int Rows = 3;
    private const int Columns = 768;

    public static TheoryData<GgmlType> BlockTypes => BlockFormatTests.BlockTypes;

    [Theory]
    [MemberData(nameof(BlockTypes))]
    public void ProductsAreThoseOfTheDequantizedNumbers(GgmlType type)
    {
        using var input = Input();
        foreach (var pattern in RandomBlocks.Patterns)
        {
            var blocks = RandomBlocks.Rows(type, Rows, Columns, pattern, seed: 11);
            fixed (byte* data = blocks)
                CompareWithDoubles(KernelTable.Scalar(type), new WeightMatrix(type, data, Rows, Columns), input, pattern);
        }
    }

    [Theory]
    [MemberData(nameof(BlockTypes))]
    public void NothingOutsideTheRowsIsRead(GgmlType type)
    {
        using var input = Input();
        var output = new float[Rows * input.Rows];
        var bytes = (int)type.RowBytes(Columns) * Rows;
        using var first = GuardedBuffer.AtStart(bytes);
        using var last = GuardedBuffer.AtEnd(bytes);
        foreach (var buffer in new[] { first, last })
        {
            RandomBlocks.Fill(buffer.Span, type, BlockPattern.Random, seed: 3);
            fixed (float* target = output)
                Multiply(KernelTable.Scalar(type), new WeightMatrix(type, buffer.Pointer, Rows, Columns), input, target);
            Assert.Contains(output, value => value != 0f);
        }
    }

    [Theory]
    [MemberData(nameof(BlockTypes))]
    public void OneRowGivesTheSameBitsAsMany(GgmlType type)
    {
        using var many = Input();
        using var one = new Activations(1, Columns);
        var (all, single) = (new float[Rows * many.Rows], new float[Rows]);
        fixed (byte* data = RandomBlocks.Rows(type, Rows, Columns, BlockPattern.Random, seed: 5))
        fixed (float* pAll = all, pSingle = single)
        {
            var weights = new WeightMatrix(type, data, Rows, Columns);
            Multiply(KernelTable.Scalar(type), weights, many, pAll);
            for (var t = 0; t < many.Rows; t++)
            {
                one.Reset(1);
                new ReadOnlySpan<float>(many.Row(t), Columns).CopyTo(new Span<float>(one.Data, Columns));
                Multiply(KernelTable.Scalar(type), weights, one, pSingle);
                Assert.Equal(all.AsSpan(t * Rows, Rows).ToArray(), single);
            }
        }
    }

    [Fact]
    public void ANonFiniteActivationMakesTheProductNaN()
    {
        using var input = Input();
        input.Row(1)[300] = float.PositiveInfinity;
        var output = new float[Rows * input.Rows];
        fixed (byte* data = RandomBlocks.Rows(GgmlType.Q4_K, Rows, Columns, BlockPattern.Random, seed: 5))
        fixed (float* target = output)
            Multiply(KernelTable.Scalar(GgmlType.Q4_K), new WeightMatrix(GgmlType.Q4_K, data, Rows, Columns), input, target);
        for (var i = 0; i < output.Length; i++)
            Assert.Equal(i / Rows == 1, float.IsNaN(output[i]));
    }

    /// <summary>One row of each activation pattern.</summary>
    private static Activations Input()
    {
        var input = new Activations(RandomActivations.Patterns.Length, Columns);
        input.Reset(input.MaxRows);
        for (var t = 0; t < input.Rows; t++)
            RandomActivations.Fill(new Span<float>(input.Row(t), Columns), RandomActivations.Patterns[t], seed: 2);
        return input;
    }

    private static void Multiply(MatrixKernel kernel, WeightMatrix weights, Activations input, float* output)
    {
        kernel.Prepare(input, WorkerPool.Inline);
        kernel.Multiply(weights, input, 0, weights.Rows, output, weights.Rows);
    }

    private static void CompareWithDoubles(MatrixKernel kernel, WeightMatrix weights, Activations input, BlockPattern pattern)
    {
        var output = new float[Rows * input.Rows];
        var decoded = new float[Columns];
        fixed (float* target = output, w = decoded)
        {
            Multiply(kernel, weights, input, target);
            var x = input.Quantized(kernel.Form == ActivationForm.Int8Block256 ? 256 : 32, WorkerPool.Inline);
            for (var r = 0; r < Rows; r++)
            {
                kernel.DecodeRow(weights.Row(r), Columns, w);
                var largest = decoded.Max(Math.Abs);
                for (var t = 0; t < input.Rows; t++)
                {
                    double sum = 0, bound = 0;
                    for (var i = 0; i < Columns; i++)
                    {
                        var activation = (double)x.Scales(t)[i / x.Block] * x.Quants(t)[i];
                        sum += w[i] * activation;
                        bound += largest * Math.Abs(activation);
                    }
                    // Weights, scales and the sums of at most 48 units round once each, by 2^-24 of what they stand for.
                    var actual = output[t * Rows + r];
                    Assert.True(
                        Math.Abs(actual - sum) <= 1e-6 * bound,
                        $"{kernel.Type} {pattern} row {r}, input {t}: {actual:R} instead of {sum:R}.");
                }
            }
        }
    }
}
