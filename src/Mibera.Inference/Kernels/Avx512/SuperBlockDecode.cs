namespace Mibera.Inference.Kernels.Avx512;

/// <summary>Matrix x vector of a format of 256-weight blocks on AVX-512.</summary>
internal sealed unsafe class SuperBlockDecode<TCell, TWalk> : DecodeKernel
    where TCell : struct, ISuperBlockCell
    where TWalk : struct, IWalk
{
    public override IActivationLayout Layout => TCell.Layout;

    public override void Multiply(
        in WeightMatrix weights, QuantizedRows x, int row, byte* packed, int begin, int end, float* output)
    {
        var blocks = weights.Columns / 256;
        var scales = x.Scales(row);
        var whole = (end - begin) / TWalk.Rows * TWalk.Rows;
        TWalk.Run<TCell>(weights.Row(begin), (nint)weights.RowBytes, whole, blocks, packed, scales, output + begin);
        if (begin + whole < end)
            MultiplyRest(weights, packed, scales, begin + whole, end, output);
    }

    /// <summary>Fewer rows than the walk takes together.</summary>
    private static void MultiplyRest(in WeightMatrix weights, byte* packed, float* scales, int begin, int end, float* output)
    {
        var blocks = weights.Columns / 256;
        var group = TWalk.Rows;
        var sums = stackalloc float[group];
        if (end >= group)
        {
            // The group that ends with the last row: rows before the first one are computed, and dropped.
            TWalk.Run<TCell>(weights.Row(end - group), (nint)weights.RowBytes, group, blocks, packed, scales, sums);
            new ReadOnlySpan<float>(sums + group - (end - begin), end - begin).CopyTo(new Span<float>(output + begin, end - begin));
            return;
        }
        // A matrix of a few rows: each one as a group of copies of itself.
        for (var r = begin; r < end; r++)
        {
            TWalk.Run<TCell>(weights.Row(r), 0, group, blocks, packed, scales, sums);
            output[r] = sums[0];
        }
    }
}
