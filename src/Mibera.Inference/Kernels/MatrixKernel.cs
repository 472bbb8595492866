using Mibera.Inference.Gguf;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Kernels;

/// <summary>
/// Multiplies weight rows of one format with activation rows on one instruction set. Chosen once per tensor at load;
/// one virtual call per row range. Every kernel of a format gives the same bits.
/// </summary>
internal abstract unsafe class MatrixKernel
{
    public abstract GgmlType Type { get; }

    public abstract ActivationForm Form { get; }

    /// <summary>Row ranges begin at multiples of this (the last one may end anywhere).</summary>
    public virtual int RowGranularity => 16;

    /// <summary>Quantizes and packs <paramref name="input"/> as <see cref="Multiply"/> will read it. Called once before the
    /// row ranges are handed out.</summary>
    public virtual void Prepare(Activations input, WorkerPool pool)
    {
        if (Form != ActivationForm.Float)
            input.Quantized(Form == ActivationForm.Int8Block32 ? 32 : 256, pool);
    }

    /// <summary>
    /// output[t * outputStride + r] = weights[r] . input[t] for rows r in [<paramref name="begin"/>, <paramref name="end"/>)
    /// and all rows t of <paramref name="input"/>.
    /// </summary>
    public abstract void Multiply(in WeightMatrix weights, Activations input, int begin, int end, float* output, long outputStride);

    /// <summary>Dequantizes one row of weights to floats [columns].</summary>
    public abstract void DecodeRow(byte* row, int columns, float* output);
}
