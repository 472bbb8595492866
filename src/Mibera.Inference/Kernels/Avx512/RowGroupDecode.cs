using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>Matrix x vector of kernels that multiply a fixed number of rows together.</summary>
internal abstract unsafe class RowGroupDecode : DecodeKernel
{
    private const int LargestGroup = 16;

    /// <summary>Rows that are multiplied together, at most 16.</summary>
    protected abstract int GroupRows { get; }

    /// <summary>See <see cref="IRowOrder.InStreams"/>; then groups have eight rows.</summary>
    protected abstract bool InStreams { get; }

    public sealed override void Multiply(
        in WeightMatrix weights, QuantizedRows x, int row, byte* packed, int begin, int end, float* output)
    {
        if (InStreams)
        {
            MultiplyStreams(weights, x, row, 1, packed, 0, begin, end, output, 0);
            return;
        }
        var scales = x.Scales(row);
        var whole = (end - begin) / GroupRows * GroupRows;
        Run(weights.Row(begin), (nint)weights.RowBytes, whole, weights.Columns, packed, scales, output + begin);
        if (begin + whole < end)
            MultiplyRest(weights, packed, scales, begin + whole, end, output);
    }

    public sealed override void MultiplyEach(
        in WeightMatrix weights, QuantizedRows x, int inputs, byte* packed, long packedBytes, int begin, int end, float* output,
        long outputStride)
    {
        if (InStreams)
            MultiplyStreams(weights, x, 0, inputs, packed, packedBytes, begin, end, output, outputStride);
        else
            MultiplyEachAdjacent(weights, x, inputs, packed, packedBytes, begin, end, output, outputStride);
    }

    /// <summary><see cref="MultiplyEach"/> where groups are adjacent rows.</summary>
    protected virtual void MultiplyEachAdjacent(
        in WeightMatrix weights, QuantizedRows x, int inputs, byte* packed, long packedBytes, int begin, int end, float* output,
        long outputStride) =>
        base.MultiplyEach(weights, x, inputs, packed, packedBytes, begin, end, output, outputStride);

    /// <summary>
    /// output[r] = row r . x for <paramref name="rows"/> rows (a multiple of <see cref="GroupRows"/>; one group, where
    /// they are rows of streams), <paramref name="stride"/> bytes apart.
    /// </summary>
    protected abstract void Run(
        byte* data, nint stride, int rows, int columns, byte* packed, float* activationScales, float* output);

    /// <summary>
    /// Group by group of the streams, input by input of the <paramref name="inputs"/> from <paramref name="input"/> on. The first of them
    /// brings a group into cache. (Fetching the next rows in as many parts as there are inputs, as adjacent groups do, is no faster.)
    /// </summary>
    private void MultiplyStreams(
        in WeightMatrix weights, QuantizedRows x, int input, int inputs, byte* packed, long packedBytes, int begin, int end, float* output,
        long outputStride)
    {
        var sums = stackalloc float[LargestGroup];
        var streams = new RowStreams(begin, end, weights.RowBytes, GroupRows);
        while (streams.TryTake(out var first, out var rowStride))
        {
            var data = weights.Row(first);
            var stride = (nint)(rowStride * weights.RowBytes);
            for (var t = 0; t < inputs; t++)
            {
                Run(data, stride, GroupRows, weights.Columns, packed + t * packedBytes, x.Scales(input + t), sums);
                RowStreams.Store(Vector256.Load(sums), output + t * outputStride + first, rowStride);
            }
        }
        for (var t = 0; t < inputs && streams.Rest < end; t++)
            MultiplyRest(weights, packed + t * packedBytes, x.Scales(input + t), streams.Rest, end, output + t * outputStride);
    }

    /// <summary>Fewer rows than a group.</summary>
    private void MultiplyRest(in WeightMatrix weights, byte* packed, float* scales, int begin, int end, float* output)
    {
        var group = GroupRows;
        var sums = stackalloc float[LargestGroup];
        if (end >= group)
        {
            // The group that ends with the last row: rows before the first one are computed, and dropped.
            Run(weights.Row(end - group), (nint)weights.RowBytes, group, weights.Columns, packed, scales, sums);
            new ReadOnlySpan<float>(sums + group - (end - begin), end - begin).CopyTo(new Span<float>(output + begin, end - begin));
            return;
        }
        // A matrix of a few rows: each one as a group of copies of itself.
        for (var r = begin; r < end; r++)
        {
            Run(weights.Row(r), 0, group, weights.Columns, packed, scales, sums);
            output[r] = sums[0];
        }
    }
}
