using Mibera.Inference.Threading;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>
/// Up to a few inputs as matrix x vector, once for each, in steps of a few rows of weights that stay in cache meanwhile; more
/// inputs as matrix x matrix. Filling a panel costs as much as several inputs: where unpacking takes table look-ups, 1300 to 1500
/// cycles for 16 rows of 256 weights on Zen 4, against about 280 for matrix x vector and 120 for one more input of a panel.
/// </summary>
/// <param name="decode">Matrix x vector.</param>
/// <param name="block">Activations that share a scale, 32 or 256.</param>
/// <param name="few">The most inputs that are taken one by one.</param>
/// <param name="many">Matrix x matrix.</param>
internal sealed unsafe class FewInputsBatch(DecodeKernel decode, int block, int few, BatchKernel many) : BatchKernel
{
    private const int RowsPerStep = 64;

    public override void Prepare(Activations input, WorkerPool pool)
    {
        if (input.Rows > few)
            many.Prepare(input, pool);
        else if (decode.Layout is { } layout)
            input.Packed(layout, pool);
        else
            input.Quantized(block, pool);
    }

    public override void Multiply(in WeightMatrix weights, Activations input, int begin, int end, float* output, long outputStride)
    {
        if (input.Rows > few)
        {
            many.Multiply(weights, input, begin, end, output, outputStride);
            return;
        }
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
