using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

/// <summary>
/// Takes super-blocks of as many rows as a vector has dwords, unpacked row beside row: each dword of a vector belongs to a row, and
/// holds four consecutive weights, or four bytes that concern consecutive sub-blocks of <see cref="IVectorFormat.ScaleSpan"/> weights.
/// </summary>
internal interface IQuadSink<TIsa, TVector>
    where TIsa : struct, IQuadIsa<TVector>
    where TVector : struct
{
    /// <summary>Signed scales of sub-blocks 4 <paramref name="index"/> to 4 <paramref name="index"/> + 3.</summary>
    void Scales(int index, TVector scales);

    /// <summary>Minimums of the same.</summary>
    void Mins(int index, TVector mins);

    /// <summary>Weights 16 <paramref name="sixteen"/> to 16 <paramref name="sixteen"/> + 15, as u of
    /// <see cref="IVectorFormat"/>.</summary>
    void Weights(int sixteen, in Quads<TIsa, TVector> weights);
}
