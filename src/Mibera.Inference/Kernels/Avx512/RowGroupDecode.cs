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
        var scales = x.Scales(row);
        var rest = begin;
        if (InStreams)
        {
            var sums = stackalloc float[Vector256<float>.Count];
            var streams = new RowStreams(begin, end, weights.RowBytes, GroupRows);
            while (streams.TryTake(out var first, out var rowStride))
            {
                Run(weights.Row(first), (nint)(rowStride * weights.RowBytes), GroupRows, weights.Columns, packed, scales, sums);
                RowStreams.Store(Vector256.Load(sums), output + first, rowStride);
            }
            rest = streams.Rest;
        }
        else
        {
            var whole = (end - begin) / GroupRows * GroupRows;
            Run(weights.Row(begin), (nint)weights.RowBytes, whole, weights.Columns, packed, scales, output + begin);
            rest += whole;
        }
        if (rest < end)
            MultiplyRest(weights, packed, scales, rest, end, output);
    }

    /// <summary>
    /// output[r] = row r . x for <paramref name="rows"/> rows (a multiple of <see cref="GroupRows"/>; a group, where
    /// they are rows of streams), <paramref name="stride"/> bytes apart.
    /// </summary>
    protected abstract void Run(
        byte* data, nint stride, int rows, int columns, byte* packed, float* activationScales, float* output);

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
