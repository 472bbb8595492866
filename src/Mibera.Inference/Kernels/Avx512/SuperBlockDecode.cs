using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels.Batch;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>Matrix x vector of a format of 256-weight blocks on AVX-512.</summary>
internal sealed unsafe class SuperBlockDecode<TCell, TWalk> : RowGroupDecode
    where TCell : struct, ISuperBlockCell
    where TWalk : struct, IWalk
{
    public override IActivationLayout Layout => TCell.Layout;

    protected override int GroupRows => TWalk.Rows;

    protected override bool InStreams => TWalk.InStreams;

    public override void MultiplyEach(
        in WeightMatrix weights, QuantizedRows x, int inputs, byte* packed, long packedBytes, int begin, int end, float* output,
        long outputStride)
    {
        if (inputs < 4)
            MultiplyEach<Two>(weights, x, inputs, packed, packedBytes, begin, end, output, outputStride);
        else
            MultiplyEach<Four>(weights, x, inputs, packed, packedBytes, begin, end, output, outputStride);
    }

    protected override void Run(
        byte* data, nint stride, int rows, int columns, byte* packed, float* activationScales, float* output) =>
        TWalk.Run<TCell, One>(
            data, stride, rows, columns / 256, packed, activationScales,
            data + (TWalk.InStreams ? RowStreams.PrefetchDistance : Prefetch.Distance(TWalk.Rows * stride)), output);

    /// <summary>
    /// Group by group of rows. The next group is fetched in <typeparamref name="TPasses"/> parts, one with each of the first inputs, so
    /// that memory is as busy with one as with another. (phi4-14b in Q4_K_M on Zen 5: two inputs 1.07 to 1.16 times as fast as with
    /// steps of 64 rows, three 1.09.)
    /// </summary>
    private void MultiplyEach<TPasses>(
        in WeightMatrix weights, QuantizedRows x, int inputs, byte* packed, long packedBytes, int begin, int end, float* output,
        long outputStride)
        where TPasses : struct, ICount
    {
        if (TWalk.InStreams)
            MultiplyEachInStreams<TPasses>(weights, x, inputs, packed, packedBytes, begin, end, output, outputStride);
        else
            MultiplyEachAdjacent<TPasses>(weights, x, inputs, packed, packedBytes, begin, end, output, outputStride);
    }

    private void MultiplyEachAdjacent<TPasses>(
        in WeightMatrix weights, QuantizedRows x, int inputs, byte* packed, long packedBytes, int begin, int end, float* output,
        long outputStride)
        where TPasses : struct, ICount
    {
        var stride = (nint)weights.RowBytes;
        var part = 8 * TCell.BlockBytes / TPasses.Value;
        var first = begin;
        for (; first + TWalk.Rows <= end; first += TWalk.Rows)
        {
            var data = weights.Row(first);
            for (var t = 0; t < inputs; t++)
            {
                // What further inputs fetch, the group itself, is in cache.
                var ahead = t < TPasses.Value ? data + Prefetch.Distance(TWalk.Rows * stride) + t * part : data;
                TWalk.Run<TCell, TPasses>(
                    data, stride, TWalk.Rows, weights.Columns / 256, packed + t * packedBytes, x.Scales(t), ahead,
                    output + t * outputStride + first);
            }
        }
        if (first < end)
            base.MultiplyEach(weights, x, inputs, packed, packedBytes, first, end, output, outputStride);
    }

    private void MultiplyEachInStreams<TPasses>(
        in WeightMatrix weights, QuantizedRows x, int inputs, byte* packed, long packedBytes, int begin, int end, float* output,
        long outputStride)
        where TPasses : struct, ICount
    {
        var sums = stackalloc float[Vector256<float>.Count];
        var streams = new RowStreams(begin, end, weights.RowBytes, TWalk.Rows);
        while (streams.TryTake(out var first, out var rowStride))
        {
            var data = weights.Row(first);
            var stride = (nint)(rowStride * weights.RowBytes);
            var part = TWalk.Rows / TPasses.Value * stride;
            for (var t = 0; t < inputs; t++)
            {
                // The next row of each stream; what further inputs fetch is in cache.
                var ahead = t < TPasses.Value ? data + weights.RowBytes + t * part : data;
                TWalk.Run<TCell, TPasses>(
                    data, stride, TWalk.Rows, weights.Columns / 256, packed + t * packedBytes, x.Scales(t), ahead, sums);
                RowStreams.Store(Vector256.Load(sums), output + t * outputStride + first, rowStride);
            }
        }
        if (streams.Rest < end)
            base.MultiplyEach(weights, x, inputs, packed, packedBytes, streams.Rest, end, output, outputStride);
    }
}
