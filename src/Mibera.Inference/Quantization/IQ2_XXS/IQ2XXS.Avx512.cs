using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ2XXS
{
    public static bool UnpacksGroups => true;

    public static void UnpackGroups(
        byte* blocks, nint stride, byte* ahead, byte* panel, nint groupBytes, byte* staging, int stagingBytes) =>
        GroupPanel<Avx512>.Fill(blocks, stride, ahead, panel, groupBytes, staging, stagingBytes);

    /// <summary>Two rows in a vector, a byte for each of their 64 groups.</summary>
    internal readonly struct Avx512 : IRowPair
    {
        private const int Indices = ThreeLevelGroups.ConstantBytes;
        private const int SignsAndScales = Indices + 64;
        private const int SignShifts = Indices + 2 * 64;
        private const int Low = Indices + 3 * 64;
        private const int High = Low + 256;

        private static readonly VectorConstants Table = new([
            // Signs 0 to 6 are bits 0 to 6 of a group's byte, sign 7 is the parity of all bits.
            .. ThreeLevelGroups.Constants([0x04, 0x08, 0x40, 0xFF], [27, 0, 27, 0, 59, 0, 59, 0]),
            // Dwords of two rows: even ones are indices, odd ones signs and scales.
            i => i % 4 == 0 ? i / 4 * 2 : 0,
            i => i % 4 == 0 ? i / 4 * 2 + 1 : 0,
            // Four times seven bits in each dword.
            i => i / 4 % 2 * 32 + i % 4 * 7,
            .. Plane(low: true), .. Plane(low: false)]);

        public static int BlockBytes => 66;

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
            Split(constants, low, high, stride, out var index, out var tail);
            var upper = TwoZmm.SpreadBit(index, 7);
            var signs = TwoZmm.AndXor(
                TwoZmm.MultiShift(constants + SignShifts, tail),
                Vector512.Create((byte)0x7F), Vector512.LoadAligned(activations + GroupsOf8Layout.EvenSigns));
            return ThreeLevelGroups.Multiply(
                constants, TwoZmm.LookUp256(constants + Low, index, upper), TwoZmm.LookUp256(constants + High, index, upper),
                signs, ThreeLevelGroups.MovedSigns(constants, signs), tail, activations);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void UnpackGroups(byte* constants, byte* low, byte* high, nint stride, byte* codes, byte* units)
        {
            Split(constants, low, high, stride, out var index, out var tail);
            var upper = TwoZmm.SpreadBit(index, 7);
            var signs = TwoZmm.MultiShift(constants + SignShifts, tail) & Vector512.Create((byte)0x7F);
            ThreeLevelGroups.StoreWeights(
                constants, TwoZmm.LookUp256(constants + Low, index, upper), TwoZmm.LookUp256(constants + High, index, upper),
                signs, ThreeLevelGroups.MovedSigns(constants, signs), units);
        }

        /// <summary>Grid indices, and the dwords of signs and scales.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Split(
            byte* constants, byte* low, byte* high, nint stride, out TwoZmm<byte> index, out TwoZmm<ulong> tail)
        {
            var codes0 = TwoZmm.Load(low + 2, stride).As<uint>();
            var codes1 = TwoZmm.Load(high + 2, stride).As<uint>();
            index = TwoZmm.Gather(codes0, (uint*)(constants + Indices), codes1).As<byte>();
            tail = TwoZmm.Gather(codes0, (uint*)(constants + SignsAndScales), codes1).As<ulong>();
        }

        /// <summary>A plane of the 256 entries.</summary>
        private static Func<int, int>[] Plane(bool low) =>
        [
            .. Enumerable.Range(0, 4).Select(
                v => (Func<int, int>)(i => ThreeLevelGroups.PlaneByte(Grids.Iq2Xxs[64 * v + i], low))),
        ];
    }
}
