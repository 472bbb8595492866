using Mibera.Inference.Kernels.Batch;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>Matrix x vector of a format of 256-weight blocks on AVX-512.</summary>
internal sealed unsafe class SuperBlockDecode<TCell, TWalk> : RowGroupDecode
    where TCell : struct, ISuperBlockCell
    where TWalk : struct, IWalk
{
    // The kernels, compiled later and for good, then do not ask whether their constants are there.
    public SuperBlockDecode() => _ = TCell.Constants;

    public override IActivationLayout Layout => TCell.Layout;

    protected override int GroupRows => TWalk.Rows;

    protected override bool InStreams => TWalk.InStreams;

    protected override void Run(
        byte* data, nint stride, int rows, int columns, byte* packed, float* activationScales, float* output) =>
        TWalk.Run<TCell, One>(
            data, stride, rows, columns / 256, packed, activationScales,
            TWalk.InStreams ? Prefetch.StreamDistance : Prefetch.Distance(TWalk.Rows * stride), output);

    protected override void MultiplyEachAdjacent(
        in WeightMatrix weights, QuantizedRows x, int inputs, byte* packed, long packedBytes, int begin, int end, float* output,
        long outputStride)
    {
        if (inputs < 4)
            MultiplyEachAdjacent<Two>(weights, x, inputs, packed, packedBytes, begin, end, output, outputStride);
        else
            MultiplyEachAdjacent<Four>(weights, x, inputs, packed, packedBytes, begin, end, output, outputStride);
    }

    /// <summary>
    /// Group by group of rows. The next group is fetched in <typeparamref name="TPasses"/> parts, one with each of the first inputs, so
    /// that memory is as busy with one as with another. (phi4-14b in Q4_K_M on Zen 5: two inputs 1.07 to 1.16 times as fast as with
    /// steps of 64 rows, three 1.09.)
    /// </summary>
    private void MultiplyEachAdjacent<TPasses>(
        in WeightMatrix weights, QuantizedRows x, int inputs, byte* packed, long packedBytes, int begin, int end, float* output,
        long outputStride)
        where TPasses : struct, ICount
    {
        var stride = (nint)weights.RowBytes;
        var part = TWalk.AheadPart(stride, TCell.BlockBytes, TPasses.Value);
        var first = begin;
        for (; first + TWalk.Rows <= end; first += TWalk.Rows)
        {
            var data = weights.Row(first);
            for (var t = 0; t < inputs; t++)
            {
                // What further inputs fetch, the group itself, is in cache.
                var distance = t < TPasses.Value ? Prefetch.Distance(TWalk.Rows * stride) + t * part : 0;
                TWalk.Run<TCell, TPasses>(
                    data, stride, TWalk.Rows, weights.Columns / 256, packed + t * packedBytes, x.Scales(t), distance,
                    output + t * outputStride + first);
            }
        }
        if (first < end)
            base.MultiplyEachAdjacent(weights, x, inputs, packed, packedBytes, first, end, output, outputStride);
    }
}
