using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// What IQ1_S and IQ1_M share: the grid of 2048 groups of 8 ternary weights. An entry is two numbers of four base-3 digits,
/// weights 0 to 3 and 4 to 7. The grid is sorted, so that 81 high + low ascends: a run of 16 entries climbs by 17 to 74, and
/// high changes at most once in it. So a table of 2048 numbers becomes
/// <code>
/// low + 81 (high - first high of the run) = Base[run] + Courses[Course[run]][entry] + rest
/// </code>
/// with a rest of four bits, of which a table of 128 bytes holds two for each run: eight tables instead of sixteen.
/// </summary>
internal static unsafe class TernaryGroups
{
    /// <summary>Bytes of <see cref="Constants"/>, which come first among a format's constants.</summary>
    public const int ConstantBytes = HighAfter + 128;

    /// <summary>Bytes that <see cref="Unpack"/> makes of two pairs of rows: the numbers of weights 0 to 3 of each group, then those of
    /// weights 4 to 7, each a <see cref="TwoZmm{T}"/>.</summary>
    public const int CodeBytes = 2 * 128;

    private const int Rests = 4 * 128;
    private const int Base = Rests + 8 * 128;
    private const int Course = Base + 128;
    private const int Courses = Course + 128;
    private const int HighBefore = Courses + 128;
    private const int HighAfter = HighBefore + 128;

    /// <summary>How runs climb. Found by a search: no run is more than 15 above or below one of these, once shifted.</summary>
    private static readonly byte[][] KnownCourses =
    [
        [0, 7, 16, 10, 16, 18, 20, 23, 26, 27, 30, 32, 40, 45, 48, 48],
        [1, 0, 7, 10, 13, 17, 20, 25, 36, 38, 45, 47, 54, 56, 60, 63],
        [5, 0, 6, 13, 11, 17, 16, 8, 26, 52, 50, 57, 60, 54, 57, 67],
        [5, 5, 8, 0, 15, 10, 18, 19, 27, 16, 23, 29, 23, 34, 47, 59],
        [0, 2, 8, 16, 21, 22, 25, 32, 35, 37, 42, 45, 46, 48, 50, 54],
        [0, 2, 4, 8, 6, 10, 13, 15, 16, 20, 23, 23, 27, 25, 27, 30],
        [0, 3, 12, 17, 23, 29, 34, 41, 50, 51, 58, 57, 63, 65, 67, 73],
        [0, 1, 5, 9, 12, 16, 17, 19, 26, 32, 38, 43, 50, 54, 57, 60],
    ];

    public static Func<int, int>[] Constants { get; } = CreateConstants();

    /// <summary>Leaves the two numbers of each group.</summary>
    /// <param name="constants">Begins with <see cref="Constants"/>.</param>
    /// <param name="lowBits">Bits 0 to 7 of the grid indices.</param>
    /// <param name="run">Bits 4 to 10 of the grid indices; bit 7 is ignored.</param>
    /// <param name="codes">Takes <see cref="CodeBytes"/>; aligned to 64.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unpack(byte* constants, TwoZmm<byte> lowBits, TwoZmm<byte> run, byte* codes)
    {
        var course = TwoZmm.Select(Vector512.Create((byte)0x0F), lowBits, TwoZmm.LookUp128(constants + Course, run));
        var number = Rest(constants + Rests, lowBits, run) + TwoZmm.LookUp128(constants + Base, run)
            + TwoZmm.LookUp128(constants + Courses, course);
        var eightyOne = Vector512.Create((byte)81);
        var high = TwoZmm.SelectLess(
            number, eightyOne, TwoZmm.LookUp128(constants + HighBefore, run), TwoZmm.LookUp128(constants + HighAfter, run));
        // Less 81 if that is not negative, which would be a large unsigned number.
        TwoZmm.StoreAligned(TwoZmm.Min(number, number - eightyOne), codes);
        TwoZmm.StoreAligned(high, codes + CodeBytes / 2);
    }

    /// <summary>Stores 8 (g + 1) and what is added to it as <see cref="IRowPair.UnpackGroups"/> is to.</summary>
    /// <param name="constants">Begins with <see cref="Constants"/>.</param>
    /// <param name="codes">From <see cref="Unpack"/>.</param>
    /// <param name="shifts">What is added to the weights of each group.</param>
    /// <param name="units">Takes the weights.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreWeights(byte* constants, byte* codes, TwoZmm<byte> shifts, byte* units)
    {
        var low = TwoZmm.LoadAligned<byte>(codes);
        var high = TwoZmm.LoadAligned<byte>(codes + CodeBytes / 2);
        var (w0, w4) = TwoZmm.LookUp128(constants, low, high);
        var (w1, w5) = TwoZmm.LookUp128(constants + 128, low, high);
        var (w2, w6) = TwoZmm.LookUp128(constants + 2 * 128, low, high);
        var (w3, w7) = TwoZmm.LookUp128(constants + 3 * 128, low, high);
        GroupUnits.Store(
            w0 + shifts, w1 + shifts, w2 + shifts, w3 + shifts, w4 + shifts, w5 + shifts, w6 + shifts, w7 + shifts, units);
    }

    /// <summary>
    /// Words: sums of 8 (g + 1) y over two groups, at most 8 * 2 * 16 * 127 = 32512.
    /// </summary>
    /// <param name="constants">Begins with <see cref="Constants"/>.</param>
    /// <param name="codes">From <see cref="Unpack"/>.</param>
    /// <param name="y">Activations as <see cref="TernaryGroupsLayout"/> packs them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<short> Sums(byte* constants, byte* codes, byte* y)
    {
        var low = TwoZmm.LoadAligned<byte>(codes);
        var high = TwoZmm.LoadAligned<byte>(codes + CodeBytes / 2);
        return Products(constants, low, high, y) + Products(constants + 128, low, high, y + 64)
            + (Products(constants + 256, low, high, y + 128) + Products(constants + 384, low, high, y + 192));
    }

    /// <summary>Products of a weight of each number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TwoZmm<short> Products(byte* digits, TwoZmm<byte> low, TwoZmm<byte> high, byte* y)
    {
        var (lowWeights, highWeights) = TwoZmm.LookUp128(digits, low, high);
        return TwoZmm.MultiplyAddAdjacent(lowWeights, Vector512.LoadAligned((sbyte*)y))
            + TwoZmm.MultiplyAddAdjacent(highWeights, Vector512.LoadAligned((sbyte*)(y + 256)));
    }

    /// <summary>Table i % 8, the high nibble where i % 16 is 8 or more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TwoZmm<byte> Rest(byte* tables, TwoZmm<byte> lowBits, TwoZmm<byte> run)
    {
        var bit0 = TwoZmm.SpreadBit(lowBits, 0);
        var bit1 = TwoZmm.SpreadBit(lowBits, 1);
        var nibbles = TwoZmm.Select(
            TwoZmm.SpreadBit(lowBits, 2),
            LookUpFour(tables + 512, run, bit0, bit1), LookUpFour(tables, run, bit0, bit1));
        return TwoZmm.Select(TwoZmm.SpreadBit(lowBits, 3), TwoZmm.ShiftRight(nibbles, 4), nibbles) & Vector512.Create((byte)15);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TwoZmm<byte> LookUpFour(byte* tables, TwoZmm<byte> index, TwoZmm<byte> bit0, TwoZmm<byte> bit1) =>
        TwoZmm.Select(bit1, TwoZmm.LookUp256(tables + 256, index, bit0), TwoZmm.LookUp256(tables, index, bit0));

    private static Func<int, int>[] CreateConstants()
    {
        var high = new byte[2048];
        var numbers = new int[2048];
        for (var i = 0; i < 2048; i++)
        {
            high[i] = (byte)Number(i, 4);
            numbers[i] = Number(i, 0) + 81 * (high[i] - high[i & ~15]);
        }
        var course = new int[128];
        var lowest = new int[128];
        for (var run = 0; run < 128; run++)
        {
            var above = KnownCourses.Select(known => known.Select((c, i) => numbers[16 * run + i] - c).ToArray()).ToArray();
            course[run] = Enumerable.Range(0, above.Length).MinBy(k => above[k].Max() - above[k].Min());
            lowest[run] = above[course[run]].Min();
        }
        int RestOf(int i) => numbers[i] - KnownCourses[course[i >> 4]][i & 15] - lowest[i >> 4];
        return
        [
            // Digits of a number, as 8 (g + 1).
            .. Vectors(2, n => 8 * (n % 3)), .. Vectors(2, n => 8 * (n / 3 % 3)),
            .. Vectors(2, n => 8 * (n / 9 % 3)), .. Vectors(2, n => 8 * (n / 27 % 3)),
            .. Vectors(16, i => RestOf(i % 128 * 16 + i / 128) | RestOf(i % 128 * 16 + i / 128 + 8) << 4),
            .. Vectors(2, run => lowest[run]),
            .. Vectors(2, run => course[run] << 4),
            .. Vectors(2, i => KnownCourses[i / 16][i % 16]),
            .. Vectors(2, run => high[16 * run]),
            .. Vectors(2, run => high[16 * run + 15]),
        ];
    }

    private static int Number(int entry, int first) =>
        Enumerable.Range(0, 4).Reverse().Aggregate(0, (number, k) => 3 * number + (sbyte)(Grids.Iq1S[entry] >> 8 * (first + k)) + 1);

    private static Func<int, int>[] Vectors(int count, Func<int, int> element) =>
        [.. Enumerable.Range(0, count).Select(v => (Func<int, int>)(i => element(64 * v + i)))];
}
