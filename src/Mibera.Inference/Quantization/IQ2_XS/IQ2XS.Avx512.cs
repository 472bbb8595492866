using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ2XS
{
    /// <summary>Two rows in a vector, a byte for each of their 64 groups.</summary>
    internal readonly struct Avx512 : IRowPair
    {
        private const int LowBytes = ThreeLevelGroups.ConstantBytes;
        private const int HighBytes = LowBytes + 64;
        private const int Low = LowBytes + 2 * 64;
        private const int High = Low + 512;

        // Signs 0 to 6 are bits 1 to 7 of a group's byte, where the codes have them; sign 7 is the parity of all bits.
        private static readonly ThreeLevelGroups.Place[] Places =
            [new(4, 0, 1, 2), new(5, 3, 4, 5), new(0, 0, 3, 1), new(1, 4, 5, 2), new(2, 0, 1, 3), new(3, 2, 5, 4), new(6, 1, 2, 0), new(7, 4, 5, 3)];

        private static readonly VectorConstants Table = new([
            .. ThreeLevelGroups.Constants(Places, [0x80, 0, 0x20, 0xFF, 0, 0x40, 0, 0], [63, 0, 3, 0, 31, 0, 35, 0]),
            i => 2 * i,
            i => 2 * i + 1,
            .. Plane(0), .. Plane(1)]);

        public static int BlockBytes => 74;

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
            var codes0 = TwoZmm.Load(low + 2, stride);
            var codes1 = TwoZmm.Load(high + 2, stride);
            var index = TwoZmm.Gather(codes0, constants + LowBytes, codes1);
            var tail = TwoZmm.Gather(codes0, constants + HighBytes, codes1);
            var bit7 = TwoZmm.SpreadBit(index, 7);
            var bit8 = TwoZmm.SpreadBit(tail, 0);
            var signs = TwoZmm.AndXor(
                tail, Vector512.Create((byte)0xFE), Vector512.LoadAligned(activations + GroupsOf8Layout.EvenSignsFromBit1));
            return ThreeLevelGroups.Multiply(
                constants, LookUp512(constants + Low, index, bit7, bit8), LookUp512(constants + High, index, bit7, bit8),
                signs, TwoZmm.HalvesToDwords(low + 66, high + 66, stride).As<ulong>(), activations, first: 4, third: 2);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TwoZmm<byte> LookUp512(byte* table, TwoZmm<byte> index, TwoZmm<byte> bit7, TwoZmm<byte> bit8) =>
            TwoZmm.Select(
                bit8,
                TwoZmm.Select(bit7, TwoZmm.LookUp128(table + 384, index), TwoZmm.LookUp128(table + 256, index)),
                TwoZmm.Select(bit7, TwoZmm.LookUp128(table + 128, index), TwoZmm.LookUp128(table, index)));

        /// <summary>A plane of the 512 entries.</summary>
        private static Func<int, int>[] Plane(int plane) =>
        [
            .. Enumerable.Range(0, 8).Select(
                v => (Func<int, int>)(i => ThreeLevelGroups.PlaneByte(Places, plane, Grids.Iq2Xs[64 * v + i]))),
        ];
    }
}
