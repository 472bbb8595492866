using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;
using static Mibera.Inference.Tests.Kernels.KernelEqualityTests;

namespace Mibera.Inference.Tests.Kernels;

/// <summary>Long rows are multiplied as streams by one input, everything else as adjacent rows.</summary>
public unsafe class RowLengthDecodeTests
{
    private const int LongColumns = 57 * 256;

    [Theory]
    [InlineData(56 * 256, 1, 0)]
    [InlineData(LongColumns, 0, 1)]
    public void OneInputChoosesByTheRow(int columns, int adjacentCalls, int streamedCalls)
    {
        var (adjacent, streamed) = (new Recorder(), new Recorder());
        var weights = new WeightMatrix(GgmlType.Q4_K, null, 16, columns);
        Assert.Equal(streamedCalls > 0, weights.RowBytes >= RowLengthDecode.LongRow);

        new RowLengthDecode(adjacent, streamed).Multiply(weights, null!, 0, null, 0, 16, null);

        Assert.Equal((adjacentCalls, streamedCalls), (adjacent.Calls, streamed.Calls));
    }

    [Fact]
    public void SeveralInputsMeetAdjacentRows()
    {
        var (adjacent, streamed) = (new Recorder(), new Recorder());
        var weights = new WeightMatrix(GgmlType.Q4_K, null, 16, LongColumns);

        new RowLengthDecode(adjacent, streamed).MultiplyEach(weights, null!, 2, null, 0, 0, 16, null, 16);

        Assert.Equal((2, 0), (adjacent.Calls, streamed.Calls));
    }

    [Fact]
    public void LongRowsHaveTheBitsOfTheScalarKernel()
    {
        Assert.SkipUnless(InstructionSets.IsSupported(InstructionSet.Avx512), "This machine has no avx512.");
        const int Rows = 21;
        var decode = new RowLengthDecode(
            new SuperBlockDecode<Q4K.Avx512, EightRowWalk<AdjacentPairs>>(),
            new SuperBlockDecode<Q4K.Avx512, EightRowWalk<StreamedRows>>());
        var kernel = new BlockKernel<Q4K>(decode, new OneByOneBatch(decode, block: 256));
        foreach (var (inputs, columns) in new[] { (1, LongColumns), (2, LongColumns), (1, LongColumns - 256) })
        {
            using var input = Input(inputs, columns, ActivationPattern.Outliers);
            var blocks = RandomBlocks.Rows(GgmlType.Q4_K, Rows, columns, BlockPattern.Random, seed: 7);
            Compare(kernel, blocks, Rows, columns, 0, Rows, input, $"{inputs} x {columns}");
        }
    }

    private sealed class Recorder : DecodeKernel
    {
        public int Calls { get; private set; }

        public override void Multiply(
            in WeightMatrix weights, QuantizedRows x, int row, byte* packed, int begin, int end, float* output) => Calls++;
    }
}
