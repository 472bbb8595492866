using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Mibera.Inference.Simd;

/// <summary>Arm64 AdvSimd with the dot product instructions. A 256-bit vector is two registers, one for each lane.</summary>
internal readonly unsafe struct NeonIsa : IIsa
{
    public static bool SeveralInputsAtOnce => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Lookup(Vector256<byte> table, Vector256<byte> index) => Vector256.Create(
        AdvSimd.Arm64.VectorTableLookup(table.GetLower(), index.GetLower()),
        AdvSimd.Arm64.VectorTableLookup(table.GetUpper(), index.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LoadQwords(ulong* table, nint a, nint b, nint c, nint d) =>
        Vector256.Create(Vector128.Create(table[a], table[b]), Vector128.Create(table[c], table[d])).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LoadTwice(byte* bytes) => Vector256.Create(Vector128.Load(bytes), Vector128.Load(bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LowerTwice(Vector256<byte> vector) => Vector256.Create(vector.GetLower(), vector.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> UpperTwice(Vector256<byte> vector) => Vector256.Create(vector.GetUpper(), vector.GetUpper());

    // Weights of at most 127 are the same as signed bytes, which SDOT takes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<byte> weights, sbyte* x, int chunk, Vector256<short> scales) =>
        MultiplyAddSigned(sum, weights.AsSByte(), x, null, chunk, scales);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<byte> weights, sbyte* x, int chunk) =>
        MultiplyAddSigned(sum, weights.AsSByte(), x, chunk);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddSigned(
        Vector256<int> sum, Vector256<sbyte> weights, sbyte* x, byte* magnitudes, int chunk, Vector256<short> scales) =>
        Vector256.Create(
            ScaledDot(sum.GetLower(), weights.GetLower(), Vector128.Load(x + 32 * chunk), scales.GetLower()),
            ScaledDot(sum.GetUpper(), weights.GetUpper(), Vector128.Load(x + 32 * chunk + 16), scales.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddSigned(Vector256<int> sum, Vector256<sbyte> weights, sbyte* x, int chunk) =>
        Vector256.Create(
            Dp.DotProduct(sum.GetLower(), weights.GetLower(), Vector128.Load(x + 32 * chunk)),
            Dp.DotProduct(sum.GetUpper(), weights.GetUpper(), Vector128.Load(x + 32 * chunk + 16)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddSigned(
        Vector256<int> sum, Vector256<byte> weights, Vector256<byte> signs, sbyte* x, int chunk, Vector256<short> scales) =>
        MultiplyAddSigned(sum, SignBits.Apply<NeonIsa>(weights, signs), x, null, chunk, scales);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<int> Sum, Vector256<short> Partial) MultiplyAddQuads(
        Vector256<int> sum, Vector256<short> partial, Vector256<byte> weights, Vector256<sbyte> x, bool first, bool last) =>
        (MultiplyAddQuads(sum, weights.AsSByte(), x), partial);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddQuads(Vector256<int> sum, Vector256<sbyte> weights, Vector256<sbyte> x) => Vector256.Create(
        Dp.DotProduct(sum.GetLower(), weights.GetLower(), x.GetLower()),
        Dp.DotProduct(sum.GetUpper(), weights.GetUpper(), x.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddWords(Vector256<int> sum, Vector256<short> a, Vector256<short> b) => sum + Vector256.Create(
        PairSums(a.GetLower(), b.GetLower()),
        PairSums(a.GetUpper(), b.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddPairs(Vector256<int> sum, Vector256<short> a, Vector256<short> b) => Vector256.Create(
        Dot(sum.GetLower(), a.GetLower(), b.GetLower()),
        Dot(sum.GetUpper(), a.GetUpper(), b.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> ChunkScales(in ScaleLanes scales, int chunk)
    {
        var group = (chunk < 4 ? scales.First : scales.Last).GetLower();
        return (chunk & 3) switch
        {
            0 => Pair(AdvSimd.DuplicateSelectedScalarToVector128(group, 0), AdvSimd.DuplicateSelectedScalarToVector128(group, 1)),
            1 => Pair(AdvSimd.DuplicateSelectedScalarToVector128(group, 2), AdvSimd.DuplicateSelectedScalarToVector128(group, 3)),
            2 => Pair(AdvSimd.DuplicateSelectedScalarToVector128(group, 4), AdvSimd.DuplicateSelectedScalarToVector128(group, 5)),
            _ => Pair(AdvSimd.DuplicateSelectedScalarToVector128(group, 6), AdvSimd.DuplicateSelectedScalarToVector128(group, 7)),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> SumRows(Vector256<int>* rows) => Vector256.Create(
        SumFour(Fold(rows[0]), Fold(rows[1]), Fold(rows[2]), Fold(rows[3])),
        SumFour(Fold(rows[4]), Fold(rows[5]), Fold(rows[6]), Fold(rows[7])));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> SumLanes(Vector256<int>* vectors)
    {
        var lanes = (Vector128<int>*)vectors;
        return Vector256.Create(SumFour(lanes[0], lanes[1], lanes[2], lanes[3]), SumFour(lanes[4], lanes[5], lanes[6], lanes[7]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTransposed(
        byte* first, nint stride,
        out Vector256<byte> column0, out Vector256<byte> column1, out Vector256<byte> column2, out Vector256<byte> column3)
    {
        Transpose(first, stride, out var lower0, out var lower1, out var lower2, out var lower3);
        Transpose(first + 4 * stride, stride, out var upper0, out var upper1, out var upper2, out var upper3);
        column0 = Vector256.Create(lower0, upper0);
        column1 = Vector256.Create(lower1, upper1);
        column2 = Vector256.Create(lower2, upper2);
        column3 = Vector256.Create(lower3, upper3);
    }

    /// <summary>.NET has no prefetch intrinsic for arm64.</summary>
    public static void Prefetch(byte* address, bool intoFirstLevel)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> PairSums(Vector128<short> a, Vector128<short> b) => AdvSimd.Arm64.AddPairwise(
        AdvSimd.MultiplyWideningLower(a.GetLower(), b.GetLower()), AdvSimd.MultiplyWideningUpper(a, b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> ScaledDot(Vector128<int> sum, Vector128<sbyte> weights, Vector128<sbyte> x, Vector128<short> scales) =>
        AdvSimd.MultiplyAdd(sum, Dp.DotProduct(Vector128<int>.Zero, weights, x), AdvSimd.SignExtendWideningLower(scales.GetLower()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Dot(Vector128<int> sum, Vector128<short> a, Vector128<short> b) =>
        AdvSimd.MultiplyWideningUpperAndAdd(AdvSimd.MultiplyWideningLowerAndAdd(sum, a.GetLower(), b.GetLower()), a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Pair(Vector128<short> lower, Vector128<short> upper) => Vector256.Create(lower, upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Fold(Vector256<int> row) => row.GetLower() + row.GetUpper();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> SumFour(Vector128<int> a, Vector128<int> b, Vector128<int> c, Vector128<int> d) =>
        AdvSimd.Arm64.AddPairwise(AdvSimd.Arm64.AddPairwise(a, b), AdvSimd.Arm64.AddPairwise(c, d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        byte* first, nint stride,
        out Vector128<byte> column0, out Vector128<byte> column1, out Vector128<byte> column2, out Vector128<byte> column3)
    {
        var (row0, row1) = (Vector128.Load((uint*)first), Vector128.Load((uint*)(first + stride)));
        var (row2, row3) = (Vector128.Load((uint*)(first + 2 * stride)), Vector128.Load((uint*)(first + 3 * stride)));
        var (low01, high01) = (AdvSimd.Arm64.ZipLow(row0, row1).AsUInt64(), AdvSimd.Arm64.ZipHigh(row0, row1).AsUInt64());
        var (low23, high23) = (AdvSimd.Arm64.ZipLow(row2, row3).AsUInt64(), AdvSimd.Arm64.ZipHigh(row2, row3).AsUInt64());
        column0 = AdvSimd.Arm64.ZipLow(low01, low23).AsByte();
        column1 = AdvSimd.Arm64.ZipHigh(low01, low23).AsByte();
        column2 = AdvSimd.Arm64.ZipLow(high01, high23).AsByte();
        column3 = AdvSimd.Arm64.ZipHigh(high01, high23).AsByte();
    }
}
