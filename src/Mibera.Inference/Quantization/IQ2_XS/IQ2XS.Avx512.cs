using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ2XS
{
    public static bool UnpacksGroups => true;

    public static void UnpackGroups(
        byte* blocks, nint stride, byte* ahead, byte* panel, nint groupBytes, byte* staging, int stagingBytes) =>
        GroupPanel<Avx512>.Fill(blocks, stride, ahead, panel, groupBytes, staging, stagingBytes);

    /// <summary>Two rows in a vector, a byte for each of their 64 groups.</summary>
    internal readonly struct Avx512 : IRowPair
    {
        private const int DirectSigns = ThreeLevelGroups.ConstantBytes;
        private const int LowBytes = DirectSigns + 64;
        private const int HighBytes = LowBytes + 64;
        private const int Low = LowBytes + 2 * 64;
        private const int High = Low + 512;

        private static readonly VectorConstants Table = new([
            // Signs 0 to 6 are bits 1 to 7 of a group's byte, where the codes have them; sign 7 is the parity of all bits.
            .. ThreeLevelGroups.Constants([0x08, 0x10, 0x80, 0xFF], [63, 0, 3, 0, 31, 0, 35, 0]),
            i => VectorConstants.BitMatrix(i, 1, 2, -1, -1, 5, 6),
            i => 2 * i,
            i => 2 * i + 1,
            .. Plane(low: true), .. Plane(low: false)]);

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
            Split(constants, low, high, stride, out var index, out var tail);
            var bit7 = TwoZmm.SpreadBit(index, 7);
            var bit8 = TwoZmm.SpreadBit(tail, 0);
            var signs = TwoZmm.AndXor(
                tail, Vector512.Create((byte)0xFE), Vector512.LoadAligned(activations + GroupsOf8Layout.EvenSignsFromBit1));
            return ThreeLevelGroups.Multiply(
                constants, TwoZmm.LookUp512(constants + Low, index, bit7, bit8), TwoZmm.LookUp512(constants + High, index, bit7, bit8),
                TwoZmm.Affine(Vector512.LoadAligned(constants + DirectSigns), signs), ThreeLevelGroups.MovedSigns(constants, signs),
                TwoZmm.HalvesToDwords(low + 66, high + 66, stride).As<ulong>(), activations);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void UnpackGroups(byte* constants, byte* low, byte* high, nint stride, byte* codes, byte* units)
        {
            Split(constants, low, high, stride, out var index, out var tail);
            var bit7 = TwoZmm.SpreadBit(index, 7);
            var bit8 = TwoZmm.SpreadBit(tail, 0);
            var signs = tail & Vector512.Create((byte)0xFE);
            ThreeLevelGroups.StoreWeights(
                constants, TwoZmm.LookUp512(constants + Low, index, bit7, bit8), TwoZmm.LookUp512(constants + High, index, bit7, bit8),
                TwoZmm.Affine(Vector512.LoadAligned(constants + DirectSigns), signs), ThreeLevelGroups.MovedSigns(constants, signs), units);
        }

        /// <summary>Bits 0 to 7 of the grid indices, and bit 8 with the signs.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Split(
            byte* constants, byte* low, byte* high, nint stride, out TwoZmm<byte> index, out TwoZmm<byte> tail)
        {
            var codes0 = TwoZmm.Load(low + 2, stride);
            var codes1 = TwoZmm.Load(high + 2, stride);
            index = TwoZmm.Gather(codes0, constants + LowBytes, codes1);
            tail = TwoZmm.Gather(codes0, constants + HighBytes, codes1);
        }

        /// <summary>A plane of the 512 entries.</summary>
        private static Func<int, int>[] Plane(bool low) =>
        [
            .. Enumerable.Range(0, 8).Select(
                v => (Func<int, int>)(i => ThreeLevelGroups.PlaneByte(Grids.Iq2Xs[64 * v + i], low))),
        ];
    }
}
