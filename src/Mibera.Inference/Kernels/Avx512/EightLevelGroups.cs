using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// What IQ3_XXS and IQ3_S share: pairs of groups of 4 weights of eight levels, with a byte of signs for each pair. A grid
/// entry is two bytes (planes) of two 3-bit codes. Even indices make one vector and odd ones another, so both meet the same
/// signs. A byte that holds a code and its sign is looked up in a table of levels, and each vector has a weight of 64
/// groups, 32 of either row.
/// </summary>
internal static unsafe class EightLevelGroups
{
    /// <summary>Bytes of <see cref="Constants"/>, which come first among a format's constants.</summary>
    public const int ConstantBytes = 13 * 64;

    private const int Masks = 6 * 64;
    private const int SignMatrix = 10 * 64;
    private const int Even = 11 * 64;
    private const int Odd = 12 * 64;

    /// <summary>Where the codes of an entry's weights stand in its planes (weights 0 and 1, weights 2 and 3).</summary>
    private static readonly int[][] CodeBits = [[1, 2, 5], [0, 3, 4], [3, 4, 5], [0, 1, 2]];

    /// <summary>Constants of a format.</summary>
    /// <param name="levels">The eight levels.</param>
    /// <param name="sign7">Bits of a group's byte of signs whose parity is the sign of weight 7.</param>
    public static Func<int, int>[] Constants(int[] levels, int sign7) =>
    [
        // Weights 0 to 5 have their signs at the bit of the same number, where no code bit is; 6 and 7 share with 2 and 3.
        .. Enumerable.Range(0, 6).Select(k => (Func<int, int>)(i => Level(i, levels, CodeBits[k % 4], k))),
        .. CodeBits.Select(bits => (Func<int, int>)(_ => bits.Sum(bit => 1 << bit))),
        i => 7 - i % 8 == 2 ? 0x40 : 7 - i % 8 == 3 ? sign7 : 0,
        i => 2 * i,
        i => 2 * i + 1,
    ];

    /// <summary>The plane of weights 0 and 1 (first) or 2 and 3 of a grid entry.</summary>
    public static int PlaneByte(uint entry, bool first, int[] levels) =>
        Code(entry, first ? 0 : 2, levels) | Code(entry, first ? 1 : 3, levels);

    /// <summary>Even and odd ones of the 64 bytes of two rows each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Split(
        byte* constants, byte* low, byte* high, nint stride, out TwoZmm<byte> even, out TwoZmm<byte> odd)
    {
        var bytes0 = TwoZmm.Load(low, stride);
        var bytes1 = TwoZmm.Load(high, stride);
        even = TwoZmm.Gather(bytes0, constants + Even, bytes1);
        odd = TwoZmm.Gather(bytes0, constants + Odd, bytes1);
    }

    /// <summary>Stores weights as <see cref="IRowPair.UnpackGroups"/> is to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreWeights(
        byte* constants, TwoZmm<byte> even0, TwoZmm<byte> even1, TwoZmm<byte> odd0, TwoZmm<byte> odd1, TwoZmm<byte> signs, byte* units)
    {
        var moved = MovedSigns(constants, signs);
        GroupUnits.Store(
            Levels(constants, 0, 0, even0, signs), Levels(constants, 1, 1, even0, signs),
            Levels(constants, 2, 2, even1, signs), Levels(constants, 3, 3, even1, signs),
            Levels(constants, 4, 0, odd0, signs), Levels(constants, 5, 1, odd0, signs),
            Levels(constants, 2, 2, odd1, moved), Levels(constants, 3, 3, odd1, moved), units);
    }

    /// <summary>Words: products of two even groups. The sums of their four weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<short> EvenSums(
        byte* constants, TwoZmm<byte> plane0, TwoZmm<byte> plane1, TwoZmm<byte> signs, byte* y) =>
        Product(constants, 0, 0, plane0, signs, y) + Product(constants, 1, 1, plane0, signs, y + 64)
        + (Product(constants, 2, 2, plane1, signs, y + 128) + Product(constants, 3, 3, plane1, signs, y + 192));

    /// <summary>The same of odd groups.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<short> OddSums(
        byte* constants, TwoZmm<byte> plane0, TwoZmm<byte> plane1, TwoZmm<byte> signs, byte* y)
    {
        var moved = MovedSigns(constants, signs);
        return Product(constants, 4, 0, plane0, signs, y + 256) + Product(constants, 5, 1, plane0, signs, y + 320)
            + (Product(constants, 2, 2, plane1, moved, y + 384) + Product(constants, 3, 3, plane1, moved, y + 448));
    }

    /// <summary>Signs 6 and 7 where 2 and 3 stand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TwoZmm<byte> MovedSigns(byte* constants, TwoZmm<byte> signs) =>
        TwoZmm.Affine(Vector512.LoadAligned(constants + SignMatrix), signs);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TwoZmm<byte> Levels(byte* constants, int table, int mask, TwoZmm<byte> plane, TwoZmm<byte> signs) =>
        TwoZmm.LookUp64(constants + 64 * table, TwoZmm.Select(Vector512.LoadAligned(constants + Masks + 64 * mask), plane, signs));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TwoZmm<short> Product(
        byte* constants, int table, int mask, TwoZmm<byte> plane, TwoZmm<byte> signs, byte* y) =>
        TwoZmm.MultiplyAddAdjacent(Vector512.LoadAligned(y), Levels(constants, table, mask, plane, signs).As<sbyte>());

    private static int Level(int index, int[] levels, int[] codeBits, int sign)
    {
        var level = levels[Enumerable.Range(0, 3).Sum(k => (index >> codeBits[k] & 1) << k)];
        return (index >> sign & 1) != 0 ? -level : level;
    }

    private static int Code(uint entry, int weight, int[] levels)
    {
        var code = Array.IndexOf(levels, (int)(entry >> 8 * weight & 0xff));
        return Enumerable.Range(0, 3).Sum(k => (code >> k & 1) << CodeBits[weight][k]);
    }
}
