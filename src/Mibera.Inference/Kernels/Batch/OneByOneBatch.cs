using Mibera.Inference.Threading;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>Inputs as matrix x vector, once for each.</summary>
/// <param name="decode">Matrix x vector.</param>
/// <param name="block">Activations that share a scale, 32 or 256.</param>
internal sealed unsafe class OneByOneBatch(DecodeKernel decode, int block) : BatchKernel
{
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
        decode.MultiplyEach(weights, x, input.Rows, packed, packedBytes, begin, end, output, outputStride);
    }
}
