using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ3XXS
{
    public static bool UnpacksGroups => true;

    public static void UnpackGroups(
        byte* blocks, nint stride, byte* ahead, byte* panel, nint groupBytes, byte* staging, int stagingBytes) =>
        GroupPanel<Avx512>.Fill(blocks, stride, ahead, panel, groupBytes, staging, stagingBytes);

    /// <summary>Two rows in a vector. Weights are halved: all levels are even, and so four products fit one word.</summary>
    internal readonly struct Avx512 : IRowPair
    {
        private const int SignShifts = EightLevelGroups.ConstantBytes;
        private const int ScaleShifts = SignShifts + 64;
        private const int Plane0 = SignShifts + 2 * 64;
        private const int Plane1 = Plane0 + 256;

        private static readonly int[] Levels = [4, 12, 20, 28, 36, 44, 52, 62];

        private static readonly VectorConstants Table = new([
            .. EightLevelGroups.Constants([.. Levels.Select(level => level / 2)], sign7: 0xFF),
            // Four times seven bits in each dword, and the scale to bits 1 to 4 of each word.
            i => i / 4 % 2 * 32 + i % 4 * 7,
            i => i / 4 % 2 * 32 + 27,
            .. Plane(true), .. Plane(false)]);

        public static int BlockBytes => 98;

        public static SuperBlockLayout Layout => GroupsOf8Layout.Instance;

        public static int PackedBytes => GroupsOf8Layout.Size;

        public static byte* Constants => Table.Pointer;

        public static float ScaleUnit => 0.25f;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint HalfScale(byte* block) => *(ushort*)block;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> Finish(Vector512<int> sums) => sums + sums;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TwoZmm<int> Multiply(byte* constants, byte* low, byte* high, nint stride, byte* activations)
        {
            var tail = TwoZmm.LoadHalves(low + 66, high + 66, stride).As<ulong>();
            var signs = TwoZmm.AndXor(
                TwoZmm.MultiShift(constants + SignShifts, tail),
                Vector512.Create((byte)0x7F), Vector512.LoadAligned(activations + GroupsOf8Layout.EvenSigns));
            Planes(constants, low, high, stride, out var even0, out var even1, out var odd0, out var odd1);
            // The magnitudes of an entry add up to 162 at most, 81 when halved: two groups 2 * 81 * 127 = 20574.
            var evenSums = EightLevelGroups.EvenSums(constants, even0, even1, signs, activations);
            var oddSums = EightLevelGroups.OddSums(constants, odd0, odd1, signs, activations);
            var scales = TwoZmm.AndOr(
                TwoZmm.MultiShift(constants + ScaleShifts, tail).As<short>(),
                Vector512.Create((short)0x1E), Vector512.Create((short)1));
            // A row is at most 64 * 81 * 127 * 31 = 20.4M.
            return TwoZmm.MultiplyAddAdjacent(evenSums, scales) + TwoZmm.MultiplyAddAdjacent(oddSums, scales);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void UnpackGroups(byte* constants, byte* low, byte* high, nint stride, byte* codes, byte* units)
        {
            var tail = TwoZmm.LoadHalves(low + 66, high + 66, stride).As<ulong>();
            var signs = TwoZmm.MultiShift(constants + SignShifts, tail) & Vector512.Create((byte)0x7F);
            Planes(constants, low, high, stride, out var even0, out var even1, out var odd0, out var odd1);
            EightLevelGroups.StoreWeights(constants, even0, even1, odd0, odd1, signs, units);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Planes(
            byte* constants, byte* low, byte* high, nint stride,
            out TwoZmm<byte> even0, out TwoZmm<byte> even1, out TwoZmm<byte> odd0, out TwoZmm<byte> odd1)
        {
            EightLevelGroups.Split(constants, low + 2, high + 2, stride, out var even, out var odd);
            var evenBit7 = TwoZmm.SpreadBit(even, 7);
            var oddBit7 = TwoZmm.SpreadBit(odd, 7);
            (even0, odd0) = TwoZmm.LookUp256(constants + Plane0, even, evenBit7, odd, oddBit7);
            (even1, odd1) = TwoZmm.LookUp256(constants + Plane1, even, evenBit7, odd, oddBit7);
        }

        /// <summary>A plane of the 256 entries.</summary>
        private static Func<int, int>[] Plane(bool first) =>
        [
            .. Enumerable.Range(0, 4).Select(
                v => (Func<int, int>)(i => EightLevelGroups.PlaneByte(Grids.Iq3Xxs[64 * v + i], first, Levels))),
        ];
    }
}
