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
    /// <summary>Bytes of <see cref="Constants"/>, which come first among a format's constants.</summary>
    public const int ConstantBytes = 14 * 64;

    private const int Masks = 8 * 64;
    private const int SignMatrix = 12 * 64;
    private const int ScaleShifts = 13 * 64;

    /// <summary>
    /// Where a weight's code and sign stand in the index of its level.
    /// </summary>
    /// <param name="Weight">Its number in the group.</param>
    /// <param name="Code0">The low bit of its code.</param>
    /// <param name="Code1">The high bit of its code.</param>
    /// <param name="Sign">Its sign.</param>
    public readonly record struct Place(int Weight, int Code0, int Code1, int Sign)
    {
        public int Mask => 1 << Code0 | 1 << Code1;

        /// <summary>The signed level at <paramref name="index"/>.</summary>
        public int Level(int index)
        {
            ReadOnlySpan<int> levels = [8, 25, 43, 0];
            var level = levels[(index >> Code0 & 1) | (index >> Code1 & 1) << 1];
            return (index >> Sign & 1) != 0 ? -level : level;
        }

        /// <summary>This weight's code in a grid entry, at its bits.</summary>
        public int Code(ulong entry)
        {
            var level = (byte)(entry >> 8 * Weight);
            return (level == 25 ? 1 : 0) << Code0 | (level == 43 ? 1 : 0) << Code1;
        }
    }

    /// <summary>Constants of a format.</summary>
    /// <param name="places">Two weights that share an index each: the low plane unshifted, the low plane shifted right by
    /// two, then the same of the high plane.</param>
    /// <param name="movedSigns">For each bit of the first and the last index, the bits of a group's byte of signs whose
    /// parity it is. The other two indices have the signs where that byte has them.</param>
    /// <param name="scaleShifts">For each byte of a qword, the bit offset which moves its scale to bits 1 to 4.</param>
    public static Func<int, int>[] Constants(Place[] places, int[] movedSigns, int[] scaleShifts) =>
    [
        .. places.Select(place => (Func<int, int>)place.Level),
        .. places.Chunk(2).Select(pair => (Func<int, int>)(_ => pair[0].Mask | pair[1].Mask)),
        i => movedSigns[7 - i % 8],
        i => scaleShifts[i % 8],
    ];

    /// <summary>A grid entry's codes in a plane (0: low, 1: high).</summary>
    public static int PlaneByte(Place[] places, int plane, ulong entry) =>
        places[4 * plane].Code(entry) | places[4 * plane + 1].Code(entry)
        | (places[4 * plane + 2].Code(entry) | places[4 * plane + 3].Code(entry)) << 2;

    /// <summary>The products of four rows, two in each vector.</summary>
    /// <param name="constants">Begins with <see cref="Constants"/>.</param>
    /// <param name="low">Codes of four weights of each group.</param>
    /// <param name="high">Codes of the other four.</param>
    /// <param name="signs">Signs of the products.</param>
    /// <param name="scales">Sub-block scales s of 2 s + 1, four words from each qword.</param>
    /// <param name="y">Activations as <see cref="GroupsOf8Layout"/> packs them.</param>
    /// <param name="first">First of the two weights that the low plane holds unshifted; shifted it has 0 and 1.</param>
    /// <param name="third">First of the two weights that the high plane holds unshifted; shifted it has 6 and 7.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<int> Multiply(
        byte* constants, TwoZmm<byte> low, TwoZmm<byte> high, TwoZmm<byte> signs, TwoZmm<ulong> scales, byte* y,
        int first, int third)
    {
        var moved = TwoZmm.Affine(Vector512.LoadAligned(constants + SignMatrix), signs);
        var i0 = TwoZmm.Select(Vector512.LoadAligned(constants + Masks), low, moved);
        var i1 = TwoZmm.Select(Vector512.LoadAligned(constants + Masks + 64), TwoZmm.ShiftRight(low, 2), signs);
        var i2 = TwoZmm.Select(Vector512.LoadAligned(constants + Masks + 128), high, signs);
        var i3 = TwoZmm.Select(Vector512.LoadAligned(constants + Masks + 192), TwoZmm.ShiftRight(high, 2), moved);
        // Words of two groups: three weights are at most 6 * 43 * 127 = 32766; the signs of all eight would overflow.
        var a = Product(constants, 0, i0, y + 64 * first) + Product(constants, 1, i0, y + 64 * first + 64)
            + Product(constants, 2, i1, y);
        var b = Product(constants, 3, i1, y + 64) + Product(constants, 4, i2, y + 64 * third)
            + Product(constants, 5, i2, y + 64 * third + 64);
        var c = Product(constants, 6, i3, y + 64 * 6) + Product(constants, 7, i3, y + 64 * 7);
        var s = TwoZmm.AndOr(
            TwoZmm.MultiShift(constants + ScaleShifts, scales).As<short>(),
            Vector512.Create((short)0x1E), Vector512.Create((short)1));
        // A dword is at most 4 * 8 * 43 * 127 * 31 = 5.4M, a row 8 * 5.4M = 43.3M.
        return TwoZmm.MultiplyAddAdjacent(a, s) + TwoZmm.MultiplyAddAdjacent(b, s) + TwoZmm.MultiplyAddAdjacent(c, s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TwoZmm<short> Product(byte* constants, int table, TwoZmm<byte> index, byte* y) =>
        TwoZmm.MultiplyAddAdjacent(Vector512.LoadAligned(y), TwoZmm.LookUp64(constants + 64 * table, index).As<sbyte>());
}
