using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

/// <summary>
/// Takes super-blocks unpacked row beside row: each 32-bit lane of a vector belongs to a row, and holds four consecutive weights,
/// or four bytes that concern consecutive sub-blocks. Indices are constants.
/// </summary>
internal interface IQuadSink<TIsa, TVector>
    where TIsa : struct, IPanelIsa<TVector>
    where TVector : struct
{
    /// <summary>Signed scales of four sub-blocks of <see cref="IVectorFormat.ScaleSpan"/> weights, from 4
    /// <paramref name="index"/> on.</summary>
    void Scales(int index, TVector scales);

    /// <summary>Minimums of four sub-blocks.</summary>
    void Mins(int index, TVector mins);

    /// <summary>Weights 16 <paramref name="sixteen"/> to 16 <paramref name="sixteen"/> + 15, as u of
    /// <see cref="IVectorFormat"/>.</summary>
    void Weights(int sixteen, Quads<TIsa, TVector> weights);
}
