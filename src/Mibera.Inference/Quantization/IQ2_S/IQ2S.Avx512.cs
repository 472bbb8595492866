using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ2S
{
    public static bool UnpacksGroups => true;

    public static void UnpackGroups(
        byte* blocks, nint stride, byte* ahead, byte* panel, nint groupBytes, byte* staging, int stagingBytes) =>
        GroupPanel<Avx512>.Fill(blocks, stride, ahead, panel, groupBytes, staging, stagingBytes);

    /// <summary>
    /// Two rows in a vector, a byte for each of their 64 groups. The low plane of the grid is eight tables of 128, entry i
    /// in table i % 8. The grid is sorted with the last weight as the most significant, so the high plane is the same for
    /// many entries in a row: it comes from the number of its run, that is the run of entry i / 8 * 8 and the number of
    /// runs that begin after it, up to i.
    /// </summary>
    internal readonly struct Avx512 : IRowPair
    {
        private const int TailBytes = ThreeLevelGroups.ConstantBytes;
        private const int IndexShifts = TailBytes + 64;
        private const int UpToEntry = IndexShifts + 64;
        private const int Low = UpToEntry + 64;
        private const int FirstRun = Low + 1024;
        private const int RunStarts = FirstRun + 128;
        private const int BitCounts = RunStarts + 128;
        private const int Runs = BitCounts + 128;

        private static readonly byte[] HighPlane =
            [.. Enumerable.Range(0, 1024).Select(i => (byte)ThreeLevelGroups.PlaneByte(Grids.Iq2S[i], low: false))];

        private static readonly VectorConstants Table = new([
            .. ThreeLevelGroups.Constants([0x04, 0x08, 0x40, 0x80], [15, 0, 19, 0, 23, 0, 27, 0]),
            // From lanes of 16 bytes: bytes 2 m, 2 m + 1 of the high bits, then of the scales, to qword m of a half.
            i => i / 32 * 16 + i % 32 / 8 * 2 + i % 2 + i % 4 / 2 * 8,
            // Two bits for each group, to bits 5 and 6.
            i => (i % 8 * 2 + 59) % 64,
            i => (1 << i % 8) - 1,
            .. Vectors(16, i => ThreeLevelGroups.PlaneByte(Grids.Iq2S[i % 128 * 8 + i / 128], low: true)),
            .. Vectors(2, i => RunOf(8 * i)),
            .. Vectors(2, i => Enumerable.Range(1, 7).Sum(k => RunOf(8 * i + k) - RunOf(8 * i + k - 1) << k - 1)),
            .. Vectors(2, i => BitOperations.PopCount((uint)i)),
            .. Vectors(2, i => RunOf(1023) < i ? 0 : HighPlane[Enumerable.Range(0, 1024).First(k => RunOf(k) == i)])]);

        public static int BlockBytes => 82;

        public static SuperBlockLayout Layout => GroupsOf8Layout.Instance;

        public static int PackedBytes => GroupsOf8Layout.Size;

        public static byte* Constants => Table.Pointer;

        public static float ScaleUnit => 0.125f;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint HalfScale(byte* block) => *(ushort*)block;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> Finish(Vector512<int> sums) => sums;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TwoZmm<int> Multiply(byte* constants, byte* low, byte* high, nint stride, byte* activations)
        {
            Split(constants, low, high, stride, out var lowBits, out var eight, out var tail);
            var signs = TwoZmm.LoadHalves(low + 34, high + 34, stride) ^ Vector512.LoadAligned(activations + GroupsOf8Layout.Signs);
            return ThreeLevelGroups.Multiply(
                constants, LowPlane(constants + Low, eight, lowBits), HighPlaneOf(constants, eight, lowBits),
                signs, ThreeLevelGroups.MovedSigns(constants, signs),
                tail, activations);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void UnpackGroups(byte* constants, byte* low, byte* high, nint stride, byte* codes, byte* units)
        {
            Split(constants, low, high, stride, out var lowBits, out var eight, out _);
            var signs = TwoZmm.LoadHalves(low + 34, high + 34, stride);
            ThreeLevelGroups.StoreWeights(
                constants, LowPlane(constants + Low, eight, lowBits), HighPlaneOf(constants, eight, lowBits),
                signs, ThreeLevelGroups.MovedSigns(constants, signs), units);
        }

        /// <summary>Bits 0 to 7 of the grid indices, bits 3 to 9 of them, and the bytes of high bits and scales.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Split(
            byte* constants, byte* low, byte* high, nint stride,
            out TwoZmm<byte> lowBits, out TwoZmm<byte> eight, out TwoZmm<ulong> tail)
        {
            lowBits = TwoZmm.LoadHalves(low + 2, high + 2, stride);
            // To each qword, two bytes of high index bits and two of scales.
            tail = TwoZmm.LookUpIn(TwoZmm.LoadQuarters(low + 66, high + 66, stride), constants + TailBytes).As<ulong>();
            var highBits = TwoZmm.MultiShift(constants + IndexShifts, tail);
            eight = TwoZmm.Select(Vector512.Create((byte)0x60), highBits, TwoZmm.ShiftRight(lowBits, 3));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TwoZmm<byte> LowPlane(byte* tables, TwoZmm<byte> eight, TwoZmm<byte> lowBits)
        {
            var bit0 = TwoZmm.SpreadBit(lowBits, 0);
            var bit1 = TwoZmm.SpreadBit(lowBits, 1);
            return TwoZmm.Select(
                TwoZmm.SpreadBit(lowBits, 2),
                LookUpFour(tables + 512, eight, bit0, bit1),
                LookUpFour(tables, eight, bit0, bit1));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TwoZmm<byte> LookUpFour(byte* tables, TwoZmm<byte> index, TwoZmm<byte> bit0, TwoZmm<byte> bit1) =>
            TwoZmm.Select(
                bit1,
                TwoZmm.Select(bit0, TwoZmm.LookUp128(tables + 384, index), TwoZmm.LookUp128(tables + 256, index)),
                TwoZmm.Select(bit0, TwoZmm.LookUp128(tables + 128, index), TwoZmm.LookUp128(tables, index)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TwoZmm<byte> HighPlaneOf(byte* constants, TwoZmm<byte> eight, TwoZmm<byte> lowBits)
        {
            var starts = TwoZmm.LookUp128(constants + RunStarts, eight) & TwoZmm.LookUp64(constants + UpToEntry, lowBits);
            var run = TwoZmm.LookUp128(constants + FirstRun, eight) + TwoZmm.LookUp128(constants + BitCounts, starts);
            return TwoZmm.LookUp128(constants + Runs, run);
        }

        private static int RunOf(int entry)
        {
            var run = 0;
            for (var i = 1; i <= entry; i++)
                run += HighPlane[i] != HighPlane[i - 1] ? 1 : 0;
            return run;
        }

        private static Func<int, int>[] Vectors(int count, Func<int, int> element) =>
            [.. Enumerable.Range(0, count).Select(v => (Func<int, int>)(i => element(64 * v + i)))];
    }
}
