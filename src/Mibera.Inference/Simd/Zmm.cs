using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mibera.Inference.Simd;

/// <summary>
/// 512-bit operations that the vector API lacks, for <see cref="InstructionSet.Avx512"/>. A <em>lane</em> is one of the
/// four 128-bit quarters, in which most byte and word instructions work.
/// </summary>
internal static unsafe class Zmm
{
    public static bool IsSupported =>
        Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported
        && Avx512Vbmi.IsSupported && Avx512Vbmi2.IsSupported && Gfni.V512.IsSupported;

    /// <summary>16 bytes of each of four rows: lane r holds those of row r.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadLanes(byte* first, nint stride)
    {
        // A broadcast begins a vector without reading an old one, as Vector512.Create would.
        var rows = LoadFourTimes(first);
        rows = Avx512F.InsertVector128(rows.AsUInt32(), Vector128.Load((uint*)(first + stride)), 1).AsByte();
        rows = Avx512F.InsertVector128(rows.AsUInt32(), Vector128.Load((uint*)(first + 2 * stride)), 2).AsByte();
        return Avx512F.InsertVector128(rows.AsUInt32(), Vector128.Load((uint*)(first + 3 * stride)), 3).AsByte();
    }

    /// <summary>The same 32 bytes in both halves.</summary>
    /// <remarks>
    /// Not Avx512F.BroadcastVector256ToVector512: .NET 10.0 encodes its short displacements in units of 16 bytes, the
    /// processor reads them in units of 32, and so the address is wrong (vbroadcasti64x4, vbroadcastf64x4).
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadTwice(byte* source) =>
        Avx512DQ.BroadcastVector256ToVector512((uint*)source).AsByte();

    /// <summary>The same 16 bytes in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadFourTimes(byte* source) =>
        Avx512F.BroadcastVector128ToVector512((uint*)source).AsByte();

    /// <summary>Each bit of <paramref name="mask"/> chooses from <paramref name="whenSet"/> or <paramref name="whenClear"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Select(Vector512<byte> mask, Vector512<byte> whenSet, Vector512<byte> whenClear) =>
        Avx512F.TernaryLogic(mask, whenSet, whenClear, 0xCA);

    /// <summary>32 bytes of each of two rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadHalves(byte* low, byte* high) => Halves(Vector256.Load(low), Vector256.Load(high));

    /// <summary>Eight words of each of two rows, each word a dword.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> HalvesToDwords(ushort* low, ushort* high) =>
        Avx512F.ConvertToVector512UInt32(
            Avx2.InsertVector128(Vector128.Load(low).ToVector256Unsafe(), Vector128.Load(high), 1));

    /// <summary>16 bytes of each of two rows, each byte a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ushort> HalvesToWords(byte* low, byte* high) =>
        Avx512BW.ConvertToVector512UInt16(
            Avx2.InsertVector128(Vector128.Load(low).ToVector256Unsafe(), Vector128.Load(high), 1));

    /// <summary>Four words of each of two rows, each word a qword.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> HalvesToQwords(ushort* low, ushort* high) =>
        Avx512F.ConvertToVector512UInt64(Vector128.Create(*(ulong*)low, *(ulong*)high).AsUInt16());

    /// <summary>Vector512.Create of two halves, which in .NET 10 inserts both of them into a stale register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Halves(Vector256<byte> low, Vector256<byte> high) =>
        Avx512F.InsertVector256(low.ToVector512Unsafe(), high, 1);

    /// <summary>16 bytes of each of two rows, in the first two lanes; the others are undefined.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadQuarters(byte* low, byte* high) =>
        Avx2.InsertVector128(Vector128.Load(low).ToVector256Unsafe(), Vector128.Load(high), 1).ToVector512Unsafe();

    /// <summary>A number of each of two rows, in all places of its half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> BroadcastToHalves<T>(T* low, T* high)
        where T : unmanaged => Halves(Vector256.Create(*low).AsByte(), Vector256.Create(*high).AsByte()).As<byte, T>();

    /// <summary>Eight bytes of each of two rows, each byte a dword.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> HalvesToDwords(byte* low, byte* high) =>
        Avx512F.ConvertToVector512UInt32(Vector128.Create(*(ulong*)low, *(ulong*)high).AsByte());

    /// <summary>
    /// Transposes dwords within lanes: dword r of a lane of result c is dword c of the same lane of row r.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<byte> C0, Vector512<byte> C1, Vector512<byte> C2, Vector512<byte> C3) Transpose(
        Vector512<byte> row0, Vector512<byte> row1, Vector512<byte> row2, Vector512<byte> row3)
    {
        var low01 = Avx512F.UnpackLow(row0.AsUInt32(), row1.AsUInt32()).AsUInt64();
        var high01 = Avx512F.UnpackHigh(row0.AsUInt32(), row1.AsUInt32()).AsUInt64();
        var low23 = Avx512F.UnpackLow(row2.AsUInt32(), row3.AsUInt32()).AsUInt64();
        var high23 = Avx512F.UnpackHigh(row2.AsUInt32(), row3.AsUInt32()).AsUInt64();
        return (
            Avx512F.UnpackLow(low01, low23).AsByte(), Avx512F.UnpackHigh(low01, low23).AsByte(),
            Avx512F.UnpackLow(high01, high23).AsByte(), Avx512F.UnpackHigh(high01, high23).AsByte());
    }

    /// <summary>Adds the dwords of a lane, of four rows at once: dword r of each lane is the lane's sum in row r.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddDwords(Vector512<int> row0, Vector512<int> row1, Vector512<int> row2, Vector512<int> row3)
    {
        var sums01 = Avx512F.UnpackLow(row0, row1) + Avx512F.UnpackHigh(row0, row1);
        var sums23 = Avx512F.UnpackLow(row2, row3) + Avx512F.UnpackHigh(row2, row3);
        return (Avx512F.UnpackLow(sums01.AsUInt64(), sums23.AsUInt64()).AsInt32()
            + Avx512F.UnpackHigh(sums01.AsUInt64(), sums23.AsUInt64()).AsInt32());
    }

    /// <summary>
    /// From four lanes of partial sums to two: the low half of the result is the sum of the halves of
    /// <paramref name="low"/>, the high half that of <paramref name="high"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddHalves(Vector512<int> low, Vector512<int> high) =>
        Avx512F.Shuffle4x128(low, high, 0x44) + Avx512F.Shuffle4x128(low, high, 0xEE);

    /// <summary>
    /// From two lanes of partial sums to one: lanes 0, 1 of the result are the sums of the lanes of the halves of
    /// <paramref name="low"/>, lanes 2, 3 those of <paramref name="high"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddLanePairs(Vector512<int> low, Vector512<int> high) =>
        Avx512F.Shuffle4x128(low, high, 0x88) + Avx512F.Shuffle4x128(low, high, 0xDD);

    /// <summary>
    /// The sums of 16 rows or blocks from two vectors whose lane r holds partial sums of row r in its even dwords and of
    /// row r + 4 in its odd ones: first those of <paramref name="low"/>, then those of <paramref name="high"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddEvenAndOdd(Vector512<int> low, Vector512<int> high)
    {
        var sums = Avx512F.UnpackLow(low.AsUInt64(), high.AsUInt64()).AsInt32()
            + Avx512F.UnpackHigh(low.AsUInt64(), high.AsUInt64()).AsInt32();
        return Avx512F.PermuteVar16x32(sums, Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    }

    /// <summary>The low words as f16, see <see cref="HighHalfToSingle"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> HalfToSingle(Vector512<uint> words, float unit) => HighHalfToSingle(words << 16, unit);

    /// <summary>
    /// The high words as f16, times <paramref name="unit"/> (a power of two from 2^-90 to 2^90): exact, and infinities and
    /// NaN stay what they are. Minus zero becomes zero, which no sum that begins with zero can tell.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> HighHalfToSingle(Vector512<uint> words, float unit)
    {
        // Sign, exponent and mantissa at their places in an f32. The exponent wants 112 added.
        var bits = words.AsInt32() >> 3 & Vector512.Create(unchecked((int)0x8fffe000));
        var exponent = BitConverter.SingleToInt32Bits(unit) - (127 << 23);
        var value = (bits + Vector512.Create(exponent + (112 << 23))).AsSingle();
        var code = bits & Vector512.Create(31 << 23);
        // Subnormal: what should be m 2^-24 is 2^-15 (1 + m 2^-10) now. (Multiplying by 2^112 instead of adding 112 would spare
        // this step, but processors are slow with subnormal operands, and f16 scales are often subnormal: Q4_K fell from 65 to
        // 46 Gweights/s on Zen 4 where every eighth was.)
        var smallestNormal = Avx512F.TernaryLogic(
            Vector512.Create(int.MinValue), bits, Vector512.Create(exponent + (127 - 14 << 23)), 0xEA).AsSingle();
        value = Vector512.ConditionalSelect(
            Vector512.Equals(code, Vector512<int>.Zero).AsSingle(),
            Avx512F.FusedMultiplySubtract(value, Vector512.Create(2f), smallestNormal),
            value);
        // Exponent 31 means infinity or NaN: all ones in f32, too.
        return Vector512.ConditionalSelect(
            Vector512.Equals(code, Vector512.Create(31 << 23)),
            value.AsInt32() | Vector512.Create(0x7f800000),
            value.AsInt32()).AsSingle();
    }

    /// <summary>The high words as f16 that are neither zero, subnormal, infinite nor NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> NormalHighHalfToSingle(Vector512<uint> words) =>
        ((words.AsInt32() >> 3 & Vector512.Create(unchecked((int)0x8fffe000))) + Vector512.Create(112 << 23)).AsSingle();
}
