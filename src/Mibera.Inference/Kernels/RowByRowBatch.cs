using Mibera.Inference.Threading;

namespace Mibera.Inference.Kernels;

/// <summary>
/// Several rows of activations as matrix x vector, once for each: for cells without a batch kernel of their own. It
/// goes in steps of a few rows of weights, which stay in cache from one row of activations to the next.
/// </summary>
internal sealed unsafe class RowByRowBatch(DecodeKernel decode, int block) : BatchKernel
{
    private const int RowsPerStep = 64;

    public override void Prepare(Activations input, WorkerPool pool)
    {
        if (decode.Layout is { } layout)
            input.Packed(layout, pool);
        else
            input.Quantized(block, pool);
    }

    public override void Multiply(in WeightMatrix weights, Activations input, int begin, int end, float* output, long outputStride)
    {
        var layout = decode.Layout;
        var packed = layout is null ? null : input.Packed(layout, WorkerPool.Inline);
        var packedBytes = layout?.Bytes(1, input.Width) ?? 0;
        var x = input.Quantized(block, WorkerPool.Inline);
        for (var first = begin; first < end; first += RowsPerStep)
        {
            var last = Math.Min(end, first + RowsPerStep);
            for (var t = 0; t < input.Rows; t++)
                decode.Multiply(weights, x, t, packed + t * packedBytes, first, last, output + t * outputStride);
        }
    }
}
