using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;

namespace Mibera.Inference.Simd;

/// <summary>
/// What 256-bit kernels need of an instruction set beyond .NET's portable vectors. Every member gives the same integers on
/// every set; where a set computes in int16 on the way, the member states the bound that its callers keep.
/// </summary>
/// <remarks>
/// Lanes are 128 bits wide. Weights and activations of a product stand in natural order: weights 0 to 15 in the lower lane,
/// 16 to 31 in the upper one. Activations lie in [-127, 127].
/// </remarks>
internal unsafe interface IIsa
{
    /// <summary>Whether a few inputs are multiplied at once, see <see cref="Kernels.Generic.SeveralInputsBatch{TFormat, TIsa}"/>:
    /// where vectors of 256 bits are registers.</summary>
    static abstract bool SeveralInputsAtOnce { get; }

    /// <summary>Looks bytes up within their lane: result[i] = table[lane of i, index[i]]. Indices lie in [0, 15], or have
    /// bit 7 set, which gives zero.</summary>
    static abstract Vector256<byte> Lookup(Vector256<byte> table, Vector256<byte> index);

    /// <summary>Entries a, b, c, d of a table.</summary>
    static abstract Vector256<byte> LoadQwords(ulong* table, nint a, nint b, nint c, nint d);

    /// <summary>Sixteen bytes of memory in both lanes.</summary>
    static abstract Vector256<byte> LoadTwice(byte* bytes);

    /// <summary>The lower lane in both lanes.</summary>
    static abstract Vector256<byte> LowerTwice(Vector256<byte> vector);

    /// <summary>The upper lane in both lanes.</summary>
    static abstract Vector256<byte> UpperTwice(Vector256<byte> vector);

    /// <summary>
    /// sum + scales * (weights . x[chunk]), as eight partial sums of which only the total per lane counts. Chunk c of x is
    /// x[32 c] to x[32 c + 31]. Weights are unsigned, at most 127: a pair's sum is at most 127 * 127 * 2 = 32258 and fits
    /// int16. The scales of a lane are equal.
    /// </summary>
    static abstract Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<byte> weights, sbyte* x, int chunk, Vector256<short> scales);

    /// <summary>The same with a scale of 1.</summary>
    static abstract Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<byte> weights, sbyte* x, int chunk);

    /// <summary>The same for signed weights in [-127, 127]. <paramref name="magnitudes"/> are |x|.</summary>
    static abstract Vector256<int> MultiplyAddSigned(
        Vector256<int> sum, Vector256<sbyte> weights, sbyte* x, byte* magnitudes, int chunk, Vector256<short> scales);

    /// <summary>The same with a scale of 1 and weights in [-128, 127].</summary>
    static abstract Vector256<int> MultiplyAddSigned(Vector256<int> sum, Vector256<sbyte> weights, sbyte* x, int chunk);

    /// <summary>The same for weights of at most 127; weight i counts negative where bit i % 8 of byte i of
    /// <paramref name="signs"/> is set.</summary>
    static abstract Vector256<int> MultiplyAddSigned(
        Vector256<int> sum, Vector256<byte> weights, Vector256<byte> signs, sbyte* x, int chunk, Vector256<short> scales);

    /// <summary>
    /// sum + the products of adjacent fours of unsigned weights, at most 127. Their sums may be held back in int16 in
    /// <paramref name="partial"/>, to be given back: the caller marks the first and the last of a run whose pairs together fit.
    /// </summary>
    static abstract (Vector256<int> Sum, Vector256<short> Partial) MultiplyAddQuads(
        Vector256<int> sum, Vector256<short> partial, Vector256<byte> weights, Vector256<sbyte> x, bool first, bool last);

    /// <summary>sum + the products of adjacent fours of signed weights in [-128, 127].</summary>
    static abstract Vector256<int> MultiplyAddQuads(Vector256<int> sum, Vector256<sbyte> weights, Vector256<sbyte> x);

    /// <summary>sum + the products of adjacent pairs.</summary>
    static abstract Vector256<int> MultiplyAddWords(Vector256<int> sum, Vector256<short> a, Vector256<short> b);

    /// <summary>sum + a . b, as eight partial sums of which only the total per lane counts.</summary>
    static abstract Vector256<int> MultiplyAddPairs(Vector256<int> sum, Vector256<short> a, Vector256<short> b);

    /// <summary>The sub-block scales that chunk <paramref name="chunk"/> of 32 weights needs: <c>scales[2 chunk]</c> in the
    /// lower lane, <c>scales[2 chunk + 1]</c> in the upper one. The chunk is a constant.</summary>
    static abstract Vector256<short> ChunkScales(in ScaleLanes scales, int chunk);

    /// <summary>The totals of eight vectors.</summary>
    static abstract Vector256<int> SumRows(Vector256<int>* rows);

    /// <summary>The totals of the lanes of four vectors: of the lower and of the upper lane of the first, of the second, ...</summary>
    static abstract Vector256<int> SumLanes(Vector256<int>* vectors);

    /// <summary>
    /// Sixteen bytes of each of eight rows, <paramref name="stride"/> bytes apart, transposed: dword r of column c is dword c of
    /// row r.
    /// </summary>
    static abstract void LoadTransposed(
        byte* first, nint stride,
        out Vector256<byte> column0, out Vector256<byte> column1, out Vector256<byte> column2, out Vector256<byte> column3);

    /// <summary>Asks for a cache line that will be read soon, into the first or the second level; never faults.</summary>
    static abstract void Prefetch(byte* address, bool intoFirstLevel);

    /// <summary>(v >> shift) &amp; mask in every byte; the mask has no more than 8 - shift bits. Both are constants.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual Vector256<byte> Bits(Vector256<byte> v, int shift, byte mask) => Unpacking.Bits(v, shift, mask);

    /// <summary>(v &lt;&lt; shift) &amp; mask in every byte; the mask's low bits, as many as the shift, are clear. Both are
    /// constants.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual Vector256<byte> BitsUp(Vector256<byte> v, int shift, byte mask) => Unpacking.BitsUp(v, shift, mask);

    /// <summary>Whether bytes are multiplied by matrices of bits.</summary>
    static virtual bool HasBitMatrices
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }

    /// <summary>Every byte times the matrix in its qword of <paramref name="matrices"/>, see <see cref="BitMatrix"/>; only where
    /// <see cref="HasBitMatrices"/>.</summary>
    static virtual Vector256<byte> MultiplyBits(Vector256<byte> v, Vector256<byte> matrices) => throw new NotSupportedException();
}
