using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// What IQ2_XXS, IQ2_XS and IQ2_S share: groups of 8 weights of three levels (8, 25, 43), with signs. A grid entry is two
/// bytes (planes) of four 2-bit codes. A byte that holds two codes and their two signs, six bits, is looked up in a table
/// of levels, once for each of both weights; so a vector has one weight of each of 64 groups, 32 of either row, and every
/// multiply-add serves all its bytes.
/// </summary>
internal static unsafe class ThreeLevelGroups
{
    /// <summary>
    /// The bit of a group's first byte of signs that holds the sign of each weight; -1 where it holds none. Weights 2, 3, 6
    /// and 7 have theirs in <see cref="MovedSigns"/>, a second byte. So each sign stands beside its weight's code.
    /// </summary>
    public static ReadOnlySpan<int> DirectSigns => [0, 1, -1, -1, 4, 5, -1, -1];

    /// <summary>Bytes of <see cref="Constants"/>, which come first among a format's constants.</summary>
    public const int ConstantBytes = 6 * 64;

    private const int SignMatrix = 4 * 64;
    private const int ScaleShifts = 5 * 64;

    /// <summary>Constants of a format.</summary>
    /// <param name="signs">For each of weights 2, 3, 6, 7, the bits of a group's byte of signs whose parity is its sign.</param>
    /// <param name="scaleShifts">For each byte of a qword, the bit offset which moves its scale to bits 1 to 4.</param>
    public static Func<int, int>[] Constants(int[] signs, int[] scaleShifts) =>
    [
        // The first pair of a plane, its signs above the codes, and the second one, its signs below them.
        i => Level(i & 3, i >> 4 & 1),
        i => Level(i >> 2 & 3, i >> 5 & 1),
        i => Level(i >> 2 & 3, i & 1),
        i => Level(i >> 4 & 3, i >> 1 & 1),
        i => (7 - i % 8) switch { 4 => signs[0], 5 => signs[1], 0 => signs[2], 1 => signs[3], _ => 0 },
        i => scaleShifts[i % 8],
    ];

    /// <summary>The codes of a grid entry's weights 2, 3, 0, 1 (low plane) or 4, 5, 6, 7, from the lowest bits up.</summary>
    public static int PlaneByte(ulong entry, bool low) => low
        ? Code(entry, 2) | Code(entry, 3) << 2 | Code(entry, 0) << 4 | Code(entry, 1) << 6
        : Code(entry, 4) | Code(entry, 5) << 2 | Code(entry, 6) << 4 | Code(entry, 7) << 6;

    /// <summary>The second byte of signs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> MovedSigns(byte* constants, TwoZmm<byte> signs) =>
        TwoZmm.Affine(Vector512.LoadAligned(constants + SignMatrix), signs);

    /// <summary>Stores weights as <see cref="IRowPair.UnpackGroups"/> is to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreWeights(
        byte* constants, TwoZmm<byte> low, TwoZmm<byte> high, TwoZmm<byte> direct, TwoZmm<byte> moved, byte* units)
    {
        var i0 = SecondPair(low, direct);
        var i2 = FirstPair(low, moved);
        var i4 = FirstPair(high, direct);
        var i6 = SecondPair(high, moved);
        GroupUnits.Store(
            TwoZmm.LookUp64(constants + 2 * 64, i0), TwoZmm.LookUp64(constants + 3 * 64, i0),
            TwoZmm.LookUp64(constants, i2), TwoZmm.LookUp64(constants + 64, i2),
            TwoZmm.LookUp64(constants, i4), TwoZmm.LookUp64(constants + 64, i4),
            TwoZmm.LookUp64(constants + 2 * 64, i6), TwoZmm.LookUp64(constants + 3 * 64, i6), units);
    }

    /// <summary>The products of four rows, two in each vector.</summary>
    /// <param name="constants">Begins with <see cref="Constants"/>.</param>
    /// <param name="low">Codes of weights 2, 3, 0, 1 of each group.</param>
    /// <param name="high">Codes of weights 4 to 7.</param>
    /// <param name="direct">Signs of the products as <see cref="DirectSigns"/>.</param>
    /// <param name="moved">Signs of the products as <see cref="MovedSigns"/>.</param>
    /// <param name="scales">Sub-block scales s of 2 s + 1, four words from each qword.</param>
    /// <param name="y">Activations as <see cref="GroupsOf8Layout"/> packs them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<int> Multiply(
        byte* constants, TwoZmm<byte> low, TwoZmm<byte> high, TwoZmm<byte> direct, TwoZmm<byte> moved, TwoZmm<ulong> scales,
        byte* y)
    {
        var i2 = FirstPair(low, moved);
        var i4 = FirstPair(high, direct);
        var i0 = SecondPair(low, direct);
        var i6 = SecondPair(high, moved);
        // Words of two groups: three weights are at most 6 * 43 * 127 = 32766; four could overflow.
        var a = Product(constants, 0, i2, y + 128) + Product(constants, 1, i2, y + 192) + Product(constants, 2, i0, y);
        var b = Product(constants, 3, i0, y + 64) + Product(constants, 0, i4, y + 256) + Product(constants, 1, i4, y + 320);
        var c = Product(constants, 2, i6, y + 384) + Product(constants, 3, i6, y + 448);
        var s = TwoZmm.AndOr(
            TwoZmm.MultiShift(constants + ScaleShifts, scales).As<short>(),
            Vector512.Create((short)0x1E), Vector512.Create((short)1));
        // A dword is at most 4 * 8 * 43 * 127 * 31 = 5.4M, a row 8 * 5.4M = 43.3M.
        return TwoZmm.MultiplyAddAdjacent(a, s) + TwoZmm.MultiplyAddAdjacent(b, s) + TwoZmm.MultiplyAddAdjacent(c, s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TwoZmm<byte> FirstPair(TwoZmm<byte> plane, TwoZmm<byte> signs) =>
        TwoZmm.Select(Vector512.Create((byte)0x0F), plane, signs);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TwoZmm<byte> SecondPair(TwoZmm<byte> plane, TwoZmm<byte> signs) =>
        TwoZmm.Select(Vector512.Create((byte)0x3C), TwoZmm.ShiftRight(plane, 2), signs);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TwoZmm<short> Product(byte* constants, int levels, TwoZmm<byte> index, byte* y) =>
        TwoZmm.MultiplyAddAdjacent(Vector512.LoadAligned(y), TwoZmm.LookUp64(constants + 64 * levels, index).As<sbyte>());

    private static int Level(int code, int sign)
    {
        ReadOnlySpan<int> levels = [8, 25, 43, 0];
        return sign != 0 ? -levels[code] : levels[code];
    }

    private static int Code(ulong entry, int weight) => (byte)(entry >> 8 * weight) switch { 8 => 0, 25 => 1, _ => 2 };
}
