using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// What IQ1_S and IQ1_M share: the grid of 2048 groups of 8 ternary weights. An entry is two bytes (planes) of four 2-bit
/// codes. The low plane, weights 0 to 3, is 16 tables of 128, entry i in table i % 16 at i / 16. The grid is sorted with the
/// last weight as the most significant, so the high plane changes rarely: at most once within 16 entries. It comes from
/// three tables: the plane before the change, the plane after it, and the last entry before it.
/// </summary>
internal static unsafe class TernaryGroups
{
    /// <summary>Bytes of <see cref="Constants"/>, which come first among a format's constants.</summary>
    public const int ConstantBytes = Low + 16 * 128;

    private const int HighBefore = 3 * 64;
    private const int HighAfter = HighBefore + 128;
    private const int LastBefore = HighAfter + 128;
    private const int Low = LastBefore + 128;

    public static Func<int, int>[] Constants { get; } =
    [
        // Code c of weight k means 8 c = 8 (g + 1).
        .. Enumerable.Range(0, 3).Select(k => (Func<int, int>)(i => 8 * (i >> 2 * k & 3))),
        .. Vectors(2, j => Plane(16 * j, 4)),
        .. Vectors(2, j => Plane(16 * j + 15, 4)),
        // The low byte of an index, to be compared with that byte.
        .. Vectors(2, j => j % 16 * 16 + Enumerable.Range(0, 16).Last(i => Plane(16 * j + i, 4) == Plane(16 * j, 4))),
        .. Vectors(32, i => Plane(i % 128 * 16 + i / 128, 0)),
    ];

    /// <summary>
    /// Words: sums of 8 (g + 1) y over two groups, at most 8 * 2 * 16 * 127 = 32512.
    /// </summary>
    /// <param name="constants">Begins with <see cref="Constants"/>.</param>
    /// <param name="lowBits">Bits 0 to 7 of the grid indices.</param>
    /// <param name="sixteen">Bits 4 to 10 of the grid indices; bit 7 is ignored.</param>
    /// <param name="y">Activations as <see cref="TernaryGroupsLayout"/> packs them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<short> Sums(byte* constants, TwoZmm<byte> lowBits, TwoZmm<byte> sixteen, byte* y)
    {
        var high = TwoZmm.SelectGreater(
            lowBits, TwoZmm.LookUp128(constants + LastBefore, sixteen),
            TwoZmm.LookUp128(constants + HighAfter, sixteen), TwoZmm.LookUp128(constants + HighBefore, sixteen));
        var low = LowPlane(constants + Low, lowBits, sixteen);
        return Products(constants, low, high, y) + Products(constants + 64, low, high, y + 64)
            + (Products(constants + 128, low, high, y + 128)
                + Products(constants, TwoZmm.ShiftRight(low, 6), TwoZmm.ShiftRight(high, 6), y + 192));
    }

    /// <summary>Products of a weight of each plane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TwoZmm<short> Products(byte* table, TwoZmm<byte> low, TwoZmm<byte> high, byte* y)
    {
        var (lowWeights, highWeights) = TwoZmm.LookUp64(table, low, high);
        return TwoZmm.MultiplyAddAdjacent(lowWeights, Vector512.LoadAligned((sbyte*)y))
            + TwoZmm.MultiplyAddAdjacent(highWeights, Vector512.LoadAligned((sbyte*)(y + 256)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TwoZmm<byte> LowPlane(byte* tables, TwoZmm<byte> lowBits, TwoZmm<byte> sixteen)
    {
        var bit0 = TwoZmm.SpreadBit(lowBits, 0);
        var bit1 = TwoZmm.SpreadBit(lowBits, 1);
        // Bits 2 and 3 are spread where they are used: registers are scarce.
        var low = Select(
            lowBits, 2, LookUpFour(tables + 512, sixteen, bit0, bit1), LookUpFour(tables, sixteen, bit0, bit1));
        var high = Select(
            lowBits, 2, LookUpFour(tables + 1536, sixteen, bit0, bit1), LookUpFour(tables + 1024, sixteen, bit0, bit1));
        return Select(lowBits, 3, high, low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TwoZmm<byte> Select(TwoZmm<byte> lowBits, int bit, TwoZmm<byte> whenSet, TwoZmm<byte> whenClear) =>
        TwoZmm.Select(TwoZmm.SpreadBit(lowBits, bit), whenSet, whenClear);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TwoZmm<byte> LookUpFour(byte* tables, TwoZmm<byte> index, TwoZmm<byte> bit0, TwoZmm<byte> bit1) =>
        TwoZmm.Select(bit1, TwoZmm.LookUp256(tables + 256, index, bit0), TwoZmm.LookUp256(tables, index, bit0));

    /// <summary>Codes of weights <paramref name="first"/> to first + 3 of a grid entry.</summary>
    private static int Plane(int entry, int first) =>
        Enumerable.Range(0, 4).Sum(k => (sbyte)(Grids.Iq1S[entry] >> 8 * (first + k)) + 1 << 2 * k);

    private static Func<int, int>[] Vectors(int count, Func<int, int> element) =>
        [.. Enumerable.Range(0, count).Select(v => (Func<int, int>)(i => element(64 * v + i)))];
}
