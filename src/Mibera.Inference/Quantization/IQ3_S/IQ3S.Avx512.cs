using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ3S
{
    public static bool UnpacksGroups => true;

    public static void UnpackGroups(
        byte* blocks, nint stride, byte* ahead, byte* panel, nint groupBytes, byte* staging, int stagingBytes) =>
        GroupPanel<Avx512>.Fill(blocks, stride, ahead, panel, groupBytes, staging, stagingBytes);

    /// <summary>Two rows in a vector.</summary>
    internal readonly struct Avx512 : IRowPair
    {
        private const int HighShifts = EightLevelGroups.ConstantBytes;
        private const int ScaleShifts = HighShifts + 64;
        private const int Plane0 = HighShifts + 2 * 64;
        private const int Plane1 = Plane0 + 512;

        private static readonly int[] Levels = [1, 3, 5, 7, 9, 11, 13, 15];

        private static readonly VectorConstants Table = new([
            .. EightLevelGroups.Constants(Levels, sign7: 0x80),
            // Bit 8 of the even and the odd index of each group, to bits 0 and 1.
            i => 2 * (i % 32),
            // The scale, one for 32 weights, to bits 1 to 4 of each word.
            i => (i % 32 / 4 * 4 + 63) % 64,
            .. Plane(true), .. Plane(false)]);

        public static int BlockBytes => 110;

        public static SuperBlockLayout Layout => GroupsOf8Layout.Instance;

        public static int PackedBytes => GroupsOf8Layout.Size;

        public static byte* Constants => Table.Pointer;

        public static float ScaleUnit => 1f;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint HalfScale(byte* block) => *(ushort*)block;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> Finish(Vector512<int> sums) => sums;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TwoZmm<int> Multiply(byte* constants, byte* low, byte* high, nint stride, byte* activations)
        {
            var signs = TwoZmm.LoadHalves(low + 74, high + 74, stride) ^ Vector512.LoadAligned(activations + GroupsOf8Layout.Signs);
            Planes(constants, low, high, stride, out var even0, out var even1, out var odd0, out var odd1);
            // All eight weights of two groups: at most 16 * 15 * 127 = 30480.
            var sums = EightLevelGroups.EvenSums(constants, even0, even1, signs, activations)
                + EightLevelGroups.OddSums(constants, odd0, odd1, signs, activations);
            var scales = TwoZmm.AndOr(
                TwoZmm.MultiShift(
                    constants + ScaleShifts, TwoZmm.BroadcastToHalves((uint*)(low + 106), (uint*)(high + 106), stride).As<ulong>())
                    .As<short>(),
                Vector512.Create((short)0x1E), Vector512.Create((short)1));
            // A row is at most 256 * 15 * 127 * 31 = 15.1M.
            return TwoZmm.MultiplyAddAdjacent(sums, scales);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void UnpackGroups(byte* constants, byte* low, byte* high, nint stride, byte* codes, byte* units)
        {
            Planes(constants, low, high, stride, out var even0, out var even1, out var odd0, out var odd1);
            EightLevelGroups.StoreWeights(
                constants, even0, even1, odd0, odd1, TwoZmm.LoadHalves(low + 74, high + 74, stride), units);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Planes(
            byte* constants, byte* low, byte* high, nint stride,
            out TwoZmm<byte> even0, out TwoZmm<byte> even1, out TwoZmm<byte> odd0, out TwoZmm<byte> odd1)
        {
            EightLevelGroups.Split(constants, low + 2, high + 2, stride, out var even, out var odd);
            var high8 = TwoZmm.MultiShift(
                constants + HighShifts, TwoZmm.BroadcastToHalves((ulong*)(low + 66), (ulong*)(high + 66), stride));
            var evenBit7 = TwoZmm.SpreadBit(even, 7);
            var evenBit8 = TwoZmm.SpreadBit(high8, 0);
            var oddBit7 = TwoZmm.SpreadBit(odd, 7);
            var oddBit8 = TwoZmm.SpreadBit(high8, 1);
            (even0, odd0) = LookUp512(constants + Plane0, even, evenBit7, evenBit8, odd, oddBit7, oddBit8);
            (even1, odd1) = LookUp512(constants + Plane1, even, evenBit7, evenBit8, odd, oddBit7, oddBit8);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static (TwoZmm<byte> Even, TwoZmm<byte> Odd) LookUp512(
            byte* table, TwoZmm<byte> even, TwoZmm<byte> evenBit7, TwoZmm<byte> evenBit8,
            TwoZmm<byte> odd, TwoZmm<byte> oddBit7, TwoZmm<byte> oddBit8)
        {
            var (evenLow, oddLow) = TwoZmm.LookUp256(table, even, evenBit7, odd, oddBit7);
            var (evenHigh, oddHigh) = TwoZmm.LookUp256(table + 256, even, evenBit7, odd, oddBit7);
            return (TwoZmm.Select(evenBit8, evenHigh, evenLow), TwoZmm.Select(oddBit8, oddHigh, oddLow));
        }

        /// <summary>A plane of the 512 entries.</summary>
        private static Func<int, int>[] Plane(bool first) =>
        [
            .. Enumerable.Range(0, 8).Select(
                v => (Func<int, int>)(i => EightLevelGroups.PlaneByte(Grids.Iq3S[64 * v + i], first, Levels))),
        ];
    }
}
