using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Simd;

/// <summary>.NET's portable vectors alone: runs everywhere, in software if need be.</summary>
internal readonly unsafe struct PortableIsa : IIsa
{
    public static bool SeveralInputsAtOnce => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Lookup(Vector256<byte> table, Vector256<byte> index) => Vector256.Create(
        Vector128.Shuffle(table.GetLower(), index.GetLower()),
        Vector128.Shuffle(table.GetUpper(), index.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LoadQwords(ulong* table, nint a, nint b, nint c, nint d) =>
        Vector256.Create(Vector128.Create(table[a], table[b]), Vector128.Create(table[c], table[d])).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LoadTwice(byte* bytes) => Vector256.Create(Vector128.Load(bytes), Vector128.Load(bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LowerTwice(Vector256<byte> vector) => Vector256.Create(vector.GetLower(), vector.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> UpperTwice(Vector256<byte> vector) => Vector256.Create(vector.GetUpper(), vector.GetUpper());

    // Weights of at most 127 are the same as signed bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<byte> weights, sbyte* x, int chunk, Vector256<short> scales) =>
        MultiplyAddSigned(sum, weights.AsSByte(), x, null, chunk, scales);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<byte> weights, sbyte* x, int chunk) =>
        MultiplyAddSigned(sum, weights.AsSByte(), x, chunk);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddSigned(
        Vector256<int> sum, Vector256<sbyte> weights, sbyte* x, byte* magnitudes, int chunk, Vector256<short> scales) =>
        sum + Vector256.Create(
            Dot(weights.GetLower(), Vector128.Load(x + 32 * chunk)) * Vector128.WidenLower(scales.GetLower()),
            Dot(weights.GetUpper(), Vector128.Load(x + 32 * chunk + 16)) * Vector128.WidenLower(scales.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddSigned(Vector256<int> sum, Vector256<sbyte> weights, sbyte* x, int chunk) =>
        sum + Vector256.Create(
            Dot(weights.GetLower(), Vector128.Load(x + 32 * chunk)),
            Dot(weights.GetUpper(), Vector128.Load(x + 32 * chunk + 16)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddSigned(
        Vector256<int> sum, Vector256<byte> weights, Vector256<byte> signs, sbyte* x, int chunk, Vector256<short> scales) =>
        MultiplyAddSigned(sum, SignBits.Apply<PortableIsa>(weights, signs), x, null, chunk, scales);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<int> Sum, Vector256<short> Partial) MultiplyAddQuads(
        Vector256<int> sum, Vector256<short> partial, Vector256<byte> weights, Vector256<sbyte> x, bool first, bool last) =>
        (MultiplyAddQuads(sum, weights.AsSByte(), x), partial);

    // Each byte of a dword is brought to its top, with its sign, and down again.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddQuads(Vector256<int> sum, Vector256<sbyte> weights, Vector256<sbyte> x)
    {
        var (a, b) = (weights.AsInt32(), x.AsInt32());
        sum += (a << 24 >> 24) * (b << 24 >> 24);
        sum += (a << 16 >> 24) * (b << 16 >> 24);
        sum += (a << 8 >> 24) * (b << 8 >> 24);
        return sum + (a >> 24) * (b >> 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddWords(Vector256<int> sum, Vector256<short> a, Vector256<short> b)
    {
        var (left, right) = (a.AsInt32(), b.AsInt32());
        return sum + (left << 16 >> 16) * (right << 16 >> 16) + (left >> 16) * (right >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddPairs(Vector256<int> sum, Vector256<short> a, Vector256<short> b) =>
        sum + Vector256.Create(Dot(a.GetLower(), b.GetLower()), Dot(a.GetUpper(), b.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> ChunkScales(in ScaleLanes scales, int chunk)
    {
        var group = chunk < 4 ? scales.First : scales.Last;
        var first = 2 * chunk & 7;
        return Vector256.Create(Vector128.Create(group.GetElement(first)), Vector128.Create(group.GetElement(first + 1)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> SumRows(Vector256<int>* rows)
    {
        var sums = Vector256<int>.Zero;
        for (var i = 0; i < 8; i++)
            sums = sums.WithElement(i, Vector128.Sum(rows[i].GetLower() + rows[i].GetUpper()));
        return sums;
    }

    public static Vector256<int> SumLanes(Vector256<int>* vectors)
    {
        var lanes = (Vector128<int>*)vectors;
        var sums = Vector256<int>.Zero;
        for (var i = 0; i < 8; i++)
            sums = sums.WithElement(i, Vector128.Sum(lanes[i]));
        return sums;
    }

    public static void LoadTransposed(
        byte* first, nint stride,
        out Vector256<byte> column0, out Vector256<byte> column1, out Vector256<byte> column2, out Vector256<byte> column3)
    {
        column0 = Column(first, stride);
        column1 = Column(first + 4, stride);
        column2 = Column(first + 8, stride);
        column3 = Column(first + 12, stride);
    }

    /// <summary>There is no portable hint.</summary>
    public static void Prefetch(byte* address, bool intoFirstLevel)
    {
    }

    /// <summary>Four partial sums of 16 products; a product is at most 128 * 127 and fits int16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Dot(Vector128<sbyte> a, Vector128<sbyte> b)
    {
        var lower = Vector128.WidenLower(a) * Vector128.WidenLower(b);
        var upper = Vector128.WidenUpper(a) * Vector128.WidenUpper(b);
        return Vector128.WidenLower(lower) + Vector128.WidenUpper(lower) + (Vector128.WidenLower(upper) + Vector128.WidenUpper(upper));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Dot(Vector128<short> a, Vector128<short> b) =>
        Vector128.WidenLower(a) * Vector128.WidenLower(b) + Vector128.WidenUpper(a) * Vector128.WidenUpper(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Column(byte* first, nint stride) => Vector256.Create(
        *(uint*)first, *(uint*)(first + stride), *(uint*)(first + 2 * stride), *(uint*)(first + 3 * stride),
        *(uint*)(first + 4 * stride), *(uint*)(first + 5 * stride), *(uint*)(first + 6 * stride), *(uint*)(first + 7 * stride)).AsByte();
}
