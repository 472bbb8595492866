namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Matrix x vector by adjacent rows, but by streams where rows are so long that the eight between a hint and its use do not find room in
/// the first-level cache. On Zen 5, two threads from memory, streams are 1.0 to 1.1 times as fast as adjacent pairs with rows of 10 to 15
/// KB (17920 weights of Q4_K to Q6_K), as fast as rows in order with 6 to 8 KB, and slower than those with less. A group that several
/// inputs meet is fetched in as many parts, so they had better be adjacent in any case (1.15 to 1.25).
/// </summary>
/// <param name="adjacent">The kernel of adjacent rows.</param>
/// <param name="streamed">That of streams, which wants the same activations.</param>
internal sealed unsafe class RowLengthDecode(DecodeKernel adjacent, DecodeKernel streamed) : DecodeKernel
{
    /// <summary>Bytes of the shortest row that is long.</summary>
    public const int LongRow = 8192;

    public override IActivationLayout? Layout => adjacent.Layout;

    public override void Multiply(
        in WeightMatrix weights, QuantizedRows x, int row, byte* packed, int begin, int end, float* output) =>
        (weights.RowBytes < LongRow ? adjacent : streamed).Multiply(weights, x, row, packed, begin, end, output);

    public override void MultiplyEach(
        in WeightMatrix weights, QuantizedRows x, int inputs, byte* packed, long packedBytes, int begin, int end, float* output,
        long outputStride) =>
        adjacent.MultiplyEach(weights, x, inputs, packed, packedBytes, begin, end, output, outputStride);
}
