namespace Mibera.Inference.Kernels.Batch;

/// <summary>
/// What the micro-kernel of matrix x matrix needs of an instruction set, over vectors of its own width. A vector's 32-bit
/// lanes belong to as many rows of weights: the four bytes of a lane are four consecutive weights of its row, a lane of
/// <see cref="Broadcast"/> the four activations they meet.
/// </summary>
/// <remarks>
/// A <em>sum</em> is what products add up to before they are scaled: on some sets two int16 in a lane, on others one int32.
/// Only the members below know which. Activations lie in [-127, 127], or in [0, 254] where they are shifted by 127.
/// </remarks>
internal unsafe interface IPanelIsa<TVector>
    where TVector : struct
{
    /// <summary>Rows of weights in a vector.</summary>
    static abstract int Rows { get; }

    /// <summary>How many inputs the registers can hold the accumulators of, for two vectors of rows: 4 or 2.</summary>
    static abstract int InputsAtOnce { get; }

    /// <summary>Whether the loop for few registers is worth while, see <c>MicroKernel.RunQuadByQuad</c>.</summary>
    static abstract bool QuadByQuad { get; }

    /// <summary>Whether one factor of a product is unsigned, so that signed weights want shifted
    /// activations.</summary>
    static abstract bool OneFactorUnsigned { get; }

    /// <summary>Whether sums are pairs of int16, which the callers must not let overflow.</summary>
    static abstract bool SumsAreWords { get; }

    static abstract TVector Load(byte* source);

    static abstract void Store(TVector value, byte* target);

    /// <summary>Asks for a cache line that will be read soon; never faults.</summary>
    static abstract void Prefetch(byte* address);

    /// <summary>The same dword in every lane.</summary>
    static abstract TVector Broadcast(byte* dword);

    /// <summary>Products of bytes, unsigned with signed ones, added up to sums. (Signed with signed where
    /// <see cref="OneFactorUnsigned"/> is false.)</summary>
    static abstract TVector Dot(TVector unsigned, TVector signed);

    /// <summary>The same, added to sums.</summary>
    static abstract TVector Dot(TVector sums, TVector unsigned, TVector signed);

    /// <summary>accumulator + scales * sums, in int32. A scale is twice in its lane where sums are
    /// words, else once.</summary>
    static abstract TVector AddScaled(TVector accumulator, TVector sums, TVector scales);

    /// <summary>The same with scales of 1.</summary>
    static abstract TVector AddSums(TVector accumulator, TVector sums);

    /// <summary>Products of int16, added pair by pair to int32: the dot product of words.</summary>
    static abstract TVector DotWords(TVector a, TVector b);

    /// <summary>int32 additions.</summary>
    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>Of words, modulo 2^16.</summary>
    static abstract TVector SubtractWords(TVector a, TVector b);

    /// <summary>Additions of bytes, modulo 256.</summary>
    static abstract TVector AddBytes(TVector a, TVector b);

    /// <summary>In float32: the vector at <paramref name="scales"/> times <paramref name="scale"/>.</summary>
    static abstract TVector Factors(byte* scales, TVector scale);

    /// <summary>sums + (float)integers * factors in float32, rounded once after the conversion.</summary>
    static abstract TVector MultiplyAdd(TVector sums, TVector integers, TVector factors);

    /// <summary>sums - (float)integers * factors in float32, rounded once after the conversion.</summary>
    static abstract TVector MultiplySubtract(TVector sums, TVector integers, TVector factors);

    /// <summary>sums + values * factors in float32, rounded once.</summary>
    static abstract TVector MultiplyAddFloat(TVector sums, TVector values, TVector factors);
}
