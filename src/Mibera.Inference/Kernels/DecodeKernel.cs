namespace Mibera.Inference.Kernels;

/// <summary>Matrix x vector straight from the format's blocks: the kernel of decoding.</summary>
internal abstract unsafe class DecodeKernel
{
    /// <summary>Rows of weights that stay in cache while several inputs meet them; a multiple of what kernels take at once.</summary>
    public const int RowsPerStep = 64;

    /// <summary>The order in which the activations are wanted; null for <see cref="QuantizedRows"/> as they are.</summary>
    public virtual IActivationLayout? Layout => null;

    /// <summary>
    /// output[r] = weights[r] . x[<paramref name="row"/>] for rows r in [<paramref name="begin"/>, <paramref name="end"/>);
    /// begin is a multiple of 16, end need not be. <paramref name="packed"/> is that row of x in <see cref="Layout"/>, or
    /// null without one. Nothing is read outside the matrix's bytes.
    /// </summary>
    public abstract void Multiply(
        in WeightMatrix weights, QuantizedRows x, int row, byte* packed, int begin, int end, float* output);

    /// <summary>
    /// output[t * outputStride + r] = weights[r] . x[t] for the first <paramref name="inputs"/> rows t of x, whose packed rows are
    /// <paramref name="packedBytes"/> apart, one after the other on rows of weights that stay in cache meanwhile.
    /// </summary>
    public virtual void MultiplyEach(
        in WeightMatrix weights, QuantizedRows x, int inputs, byte* packed, long packedBytes, int begin, int end, float* output,
        long outputStride)
    {
        for (var first = begin; first < end; first += RowsPerStep)
        {
            var last = Math.Min(end, first + RowsPerStep);
            for (var t = 0; t < inputs; t++)
                Multiply(weights, x, t, packed + t * packedBytes, first, last, output + t * outputStride);
        }
    }
}
