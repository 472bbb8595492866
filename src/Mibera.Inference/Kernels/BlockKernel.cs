using Mibera.Inference.Gguf;
using Mibera.Inference.Quantization;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Kernels;

/// <summary>A cell of the kernel table: one block format on one instruction set.</summary>
internal sealed unsafe class BlockKernel<TFormat>(DecodeKernel decode, BatchKernel batch) : MatrixKernel
    where TFormat : struct, IBlockFormat
{
    private static readonly ScalarKernel<TFormat> Definition = new();
    private static readonly int ActivationBlock = Definition.Form == ActivationForm.Int8Block256 ? 256 : 32;

    public override GgmlType Type => TFormat.Type;

    public override ActivationForm Form => Definition.Form;

    public override void Prepare(Activations input, WorkerPool pool)
    {
        if (input.Rows > 1)
            batch.Prepare(input, pool);
        else if (decode.Layout is { } layout)
            input.Packed(layout, pool);
        else
            input.Quantized(ActivationBlock, pool);
    }

    public override void Multiply(in WeightMatrix weights, Activations input, int begin, int end, float* output, long outputStride)
    {
        if (input.Rows > 1)
        {
            batch.Multiply(weights, input, begin, end, output, outputStride);
            return;
        }
        // Prepared already: both look-ups only find what is there.
        var packed = decode.Layout is { } layout ? input.Packed(layout, WorkerPool.Inline) : null;
        decode.Multiply(weights, input.Quantized(ActivationBlock, WorkerPool.Inline), 0, packed, begin, end, output);
    }

    public override void DecodeRow(byte* row, int columns, float* output) => Definition.DecodeRow(row, columns, output);
}
