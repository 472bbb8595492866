using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mibera.Inference.Simd;

/// <summary>x86-64 with AVX2 and FMA.</summary>
internal readonly unsafe struct Avx2Isa : IIsa
{
    public static bool SeveralInputsAtOnce => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Lookup(Vector256<byte> table, Vector256<byte> index) => Avx2.Shuffle(table, index);

    // vmovhps loads into the upper half in one operation; vpinsrq, which Vector128.Create makes, takes two.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LoadQwords(ulong* table, nint a, nint b, nint c, nint d)
    {
        var lower = Sse.LoadHigh(Vector128.CreateScalarUnsafe(table[a]).AsSingle(), (float*)(table + b));
        var upper = Sse.LoadHigh(Vector128.CreateScalarUnsafe(table[c]).AsSingle(), (float*)(table + d));
        return Vector256.Create(lower, upper).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LoadTwice(byte* bytes) => Avx2.BroadcastVector128ToVector256(bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LowerTwice(Vector256<byte> vector) => Avx2.Permute2x128(vector, vector, 0x00);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> UpperTwice(Vector256<byte> vector) => Avx2.Permute2x128(vector, vector, 0x11);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<byte> weights, sbyte* x, int chunk, Vector256<short> scales) =>
        sum + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(weights, Vector256.Load(x + 32 * chunk)), scales);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<byte> weights, sbyte* x, int chunk) =>
        sum + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(weights, Vector256.Load(x + 32 * chunk)), Vector256<short>.One);

    // Moving the sign of x to the weight makes x unsigned: |x| * (w * sign x), a pair's sum at most 127 * 127 * 2 = 32258.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddSigned(
        Vector256<int> sum, Vector256<sbyte> weights, sbyte* x, byte* magnitudes, int chunk, Vector256<short> scales)
    {
        var signed = Avx2.Sign(weights, Vector256.Load(x + 32 * chunk));
        var products = Avx2.MultiplyAddAdjacent(Vector256.Load(magnitudes + 32 * chunk), signed);
        return sum + Avx2.MultiplyAddAdjacent(products, scales);
    }

    // The sign of -128 cannot be moved, its magnitude can: |w| = 128 as an unsigned byte, a pair at most 128 * 127 * 2 = 32512.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddSigned(Vector256<int> sum, Vector256<sbyte> weights, sbyte* x, int chunk)
    {
        var products = Avx2.MultiplyAddAdjacent(Avx2.Abs(weights), Avx2.Sign(Vector256.Load(x + 32 * chunk), weights));
        return sum + Avx2.MultiplyAddAdjacent(products, Vector256<short>.One);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddSigned(
        Vector256<int> sum, Vector256<byte> weights, Vector256<byte> signs, sbyte* x, int chunk, Vector256<short> scales) =>
        sum + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(weights, Signed(x, chunk, signs)), scales);

    // A run's pairs of unsigned products are added up in int16 before they are widened.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<int> Sum, Vector256<short> Partial) MultiplyAddQuads(
        Vector256<int> sum, Vector256<short> partial, Vector256<byte> weights, Vector256<sbyte> x, bool first, bool last)
    {
        var products = Avx2.MultiplyAddAdjacent(weights, x);
        partial = first ? products : partial + products;
        return (last ? sum + Avx2.MultiplyAddAdjacent(partial, Vector256<short>.One) : sum, partial);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddQuads(Vector256<int> sum, Vector256<sbyte> weights, Vector256<sbyte> x) =>
        sum + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Avx2.Abs(weights), Avx2.Sign(x, weights)), Vector256<short>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddWords(Vector256<int> sum, Vector256<short> a, Vector256<short> b) =>
        sum + Avx2.MultiplyAddAdjacent(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddPairs(Vector256<int> sum, Vector256<short> a, Vector256<short> b) =>
        sum + Avx2.MultiplyAddAdjacent(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> ChunkScales(in ScaleLanes scales, int chunk)
    {
        var index = (chunk & 3) switch
        {
            0 => Vector256.Create(Vector128.Create((short)0x0100), Vector128.Create((short)0x0302)),
            1 => Vector256.Create(Vector128.Create((short)0x0504), Vector128.Create((short)0x0706)),
            2 => Vector256.Create(Vector128.Create((short)0x0908), Vector128.Create((short)0x0b0a)),
            _ => Vector256.Create(Vector128.Create((short)0x0d0c), Vector128.Create((short)0x0f0e)),
        };
        return Avx2.Shuffle((chunk < 4 ? scales.First : scales.Last).AsByte(), index.AsByte()).AsInt16();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> SumRows(Vector256<int>* rows)
    {
        var first = SumFour(rows[0], rows[1], rows[2], rows[3]);
        var last = SumFour(rows[4], rows[5], rows[6], rows[7]);
        return Avx2.Permute2x128(first, last, 0x20) + Avx2.Permute2x128(first, last, 0x31);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> SumLanes(Vector256<int>* vectors) => Avx2.PermuteVar8x32(
        SumFour(vectors[0], vectors[1], vectors[2], vectors[3]), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7));

    // Lane L of the i-th vector holds row 4 L + i, so that the transposition within lanes puts the rows in order.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTransposed(
        byte* first, nint stride,
        out Vector256<byte> column0, out Vector256<byte> column1, out Vector256<byte> column2, out Vector256<byte> column3)
    {
        var (row0, row1) = (LoadLanes(first, 4 * stride), LoadLanes(first + stride, 4 * stride));
        var (row2, row3) = (LoadLanes(first + 2 * stride, 4 * stride), LoadLanes(first + 3 * stride, 4 * stride));
        var (low01, high01) = (Avx2.UnpackLow(row0, row1).AsUInt64(), Avx2.UnpackHigh(row0, row1).AsUInt64());
        var (low23, high23) = (Avx2.UnpackLow(row2, row3).AsUInt64(), Avx2.UnpackHigh(row2, row3).AsUInt64());
        column0 = Avx2.UnpackLow(low01, low23).AsByte();
        column1 = Avx2.UnpackHigh(low01, low23).AsByte();
        column2 = Avx2.UnpackLow(high01, high23).AsByte();
        column3 = Avx2.UnpackHigh(high01, high23).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* address, bool intoFirstLevel)
    {
        if (intoFirstLevel)
            Sse.Prefetch0(address);
        else
            Sse.Prefetch1(address);
    }

    /// <summary>
    /// x, negated where the bit of <paramref name="signs"/> is set. vpsignb wants a sign and no zero: a bit and what it lacks of
    /// 0x80 are negative together, and positive without the bit; bit 7, which lacks nothing, takes 1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Signed(sbyte* x, int chunk, Vector256<byte> signs)
    {
        var rest = Vector256.Create(0x01_40_60_70_78_7c_7e_7f).AsByte();
        return Avx2.Sign(Vector256.Load(x + 32 * chunk), ((signs & SignBits.Bit) + rest).AsSByte());
    }

    /// <summary>In each lane the totals of that lane of a, b, c, d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> SumFour(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d)
    {
        var ab = (Avx2.UnpackLow(a, b) + Avx2.UnpackHigh(a, b)).AsInt64();
        var cd = (Avx2.UnpackLow(c, d) + Avx2.UnpackHigh(c, d)).AsInt64();
        return Avx2.UnpackLow(ab, cd).AsInt32() + Avx2.UnpackHigh(ab, cd).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> LoadLanes(byte* first, nint stride) =>
        Vector256.Create(Vector128.Load(first), Vector128.Load(first + stride)).AsUInt32();
}
