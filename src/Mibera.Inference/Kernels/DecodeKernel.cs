namespace Mibera.Inference.Kernels;

/// <summary>Matrix x vector straight from the format's blocks: the kernel of decoding.</summary>
internal abstract unsafe class DecodeKernel
{
    /// <summary>The order in which the activations are wanted; null for <see cref="QuantizedRows"/> as they are.</summary>
    public virtual IActivationLayout? Layout => null;

    /// <summary>
    /// output[r] = weights[r] . x[<paramref name="row"/>] for rows r in [<paramref name="begin"/>, <paramref name="end"/>);
    /// begin is a multiple of 16, end need not be. <paramref name="packed"/> is that row of x in <see cref="Layout"/>, or
    /// null without one. Nothing is read outside the matrix's bytes.
    /// </summary>
    public abstract void Multiply(
        in WeightMatrix weights, QuantizedRows x, int row, byte* packed, int begin, int end, float* output);
}
