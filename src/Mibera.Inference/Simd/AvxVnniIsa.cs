using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mibera.Inference.Simd;

/// <summary>AVX2 with 256-bit VNNI and GFNI. Only products, and how bits are taken apart, differ from <see cref="Avx2Isa"/>.</summary>
internal readonly unsafe struct AvxVnniIsa : IIsa
{
    public static bool SeveralInputsAtOnce => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Bits(Vector256<byte> v, int shift, byte mask) =>
        shift == 0 ? v & Vector256.Create(mask) : MultiplyBits(v, Vector256.Create(BitMatrix.Down(shift, mask)).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> BitsUp(Vector256<byte> v, int shift, byte mask) =>
        MultiplyBits(v, Vector256.Create(BitMatrix.Up(shift, mask)).AsByte());

    public static bool HasBitMatrices
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> MultiplyBits(Vector256<byte> v, Vector256<byte> matrices) =>
        Gfni.V256.GaloisFieldAffineTransform(v, matrices, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Lookup(Vector256<byte> table, Vector256<byte> index) => Avx2Isa.Lookup(table, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LoadQwords(ulong* table, nint a, nint b, nint c, nint d) => Avx2Isa.LoadQwords(table, a, b, c, d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LoadTwice(byte* bytes) => Avx2Isa.LoadTwice(bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LowerTwice(Vector256<byte> vector) => Avx2Isa.LowerTwice(vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> UpperTwice(Vector256<byte> vector) => Avx2Isa.UpperTwice(vector);

    // vpdpwssd does the scaling and the sum. vpdpbusd would sum four products instead of two first, but its result would still
    // need a scaling and a sum.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<byte> weights, sbyte* x, int chunk, Vector256<short> scales) =>
        AvxVnni.MultiplyWideningAndAdd(sum, Avx2.MultiplyAddAdjacent(weights, Vector256.Load(x + 32 * chunk)), scales);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<byte> weights, sbyte* x, int chunk) =>
        AvxVnni.MultiplyWideningAndAdd(sum, weights, Vector256.Load(x + 32 * chunk));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddSigned(
        Vector256<int> sum, Vector256<sbyte> weights, sbyte* x, byte* magnitudes, int chunk, Vector256<short> scales)
    {
        var signed = Avx2.Sign(weights, Vector256.Load(x + 32 * chunk));
        var products = Avx2.MultiplyAddAdjacent(Vector256.Load(magnitudes + 32 * chunk), signed);
        return AvxVnni.MultiplyWideningAndAdd(sum, products, scales);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddSigned(Vector256<int> sum, Vector256<sbyte> weights, sbyte* x, int chunk) =>
        AvxVnni.MultiplyWideningAndAdd(sum, Avx2.Abs(weights), Avx2.Sign(Vector256.Load(x + 32 * chunk), weights));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddSigned(
        Vector256<int> sum, Vector256<byte> weights, Vector256<byte> signs, sbyte* x, int chunk, Vector256<short> scales) =>
        AvxVnni.MultiplyWideningAndAdd(sum, Avx2.MultiplyAddAdjacent(weights, Signed(x, chunk, signs)), scales);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<int> Sum, Vector256<short> Partial) MultiplyAddQuads(
        Vector256<int> sum, Vector256<short> partial, Vector256<byte> weights, Vector256<sbyte> x, bool first, bool last) =>
        (AvxVnni.MultiplyWideningAndAdd(sum, weights, x), partial);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddQuads(Vector256<int> sum, Vector256<sbyte> weights, Vector256<sbyte> x) =>
        AvxVnni.MultiplyWideningAndAdd(sum, Avx2.Abs(weights), Avx2.Sign(x, weights));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddWords(Vector256<int> sum, Vector256<short> a, Vector256<short> b) =>
        AvxVnni.MultiplyWideningAndAdd(sum, a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddPairs(Vector256<int> sum, Vector256<short> a, Vector256<short> b) =>
        AvxVnni.MultiplyWideningAndAdd(sum, a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> ChunkScales(in ScaleLanes scales, int chunk) => Avx2Isa.ChunkScales(scales, chunk);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> SumRows(Vector256<int>* rows) => Avx2Isa.SumRows(rows);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> SumLanes(Vector256<int>* vectors) => Avx2Isa.SumLanes(vectors);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTransposed(
        byte* first, nint stride,
        out Vector256<byte> column0, out Vector256<byte> column1, out Vector256<byte> column2, out Vector256<byte> column3) =>
        Avx2Isa.LoadTransposed(first, stride, out column0, out column1, out column2, out column3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* address, bool intoFirstLevel) => Avx2Isa.Prefetch(address, intoFirstLevel);

    /// <summary>
    /// x, negated where the bit of <paramref name="signs"/> is set. vpsignb wants a sign and no zero: xor 0x7f makes 0x80 or 0x7f of
    /// what <see cref="SignBits.Mask"/> would give.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Signed(sbyte* x, int chunk, Vector256<byte> signs) => Avx2.Sign(
        Vector256.Load(x + 32 * chunk), Gfni.V256.GaloisFieldAffineTransform(SignBits.Bit, signs, 0x7f).AsSByte());
}
