using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q40
{
    /// <summary>Unsigned quants; -8 times the sum of the activations is added at the end.</summary>
    internal readonly struct Avx512 : ISmallBlockCell
    {
        private static readonly NibbleLayout SharedLayout = new(offset: 8);

        private static readonly VectorConstants Table = new(
            i => NibbleBlocks.Quants(i, BlockBytes, 2), i => NibbleBlocks.Scales(i, BlockBytes, -2));

        public static int UnitElements => 32;

        public static int GroupBytes => 4 * BlockBytes;

        public static SmallBlockLayout Layout => SharedLayout;

        public static int PackedBytes => NibbleLayout.Size;

        public static byte* Constants => Table.Pointer;

        public static bool HasOffsets => false;

        public static bool HasHalfScales => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Scales(Vector512<uint> raw) => default;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> FourRows(
            byte* constants, byte* blocks, nint stride, byte* activations, out Vector512<uint> scales)
        {
            var row0 = Vector512.Load(blocks);
            var row1 = Vector512.Load(blocks + stride);
            var row2 = Vector512.Load(blocks + 2 * stride);
            var row3 = Vector512.Load(blocks + 3 * stride);
            scales = NibbleBlocks.GatherScales(row0, row1, row2, row3, Vector512.LoadAligned(constants + 64));
            var indices = Vector512.LoadAligned(constants);
            return NibbleBlocks.AddWords(
                Row(row0, indices, blocks, activations), Row(row1, indices, blocks + stride, activations),
                Row(row2, indices, blocks + 2 * stride, activations), Row(row3, indices, blocks + 3 * stride, activations))
                + Vector512.LoadAligned((int*)(activations + NibbleLayout.OffsetsOffset));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<short> Row(
            Vector512<byte> firstBytes, Vector512<byte> indices, byte* blocks, byte* activations)
        {
            var quants = NibbleBlocks.Gather(firstBytes, blocks, BlockBytes, indices);
            return NibbleBlocks.Multiply(
                quants & Vector512.Create((byte)15), NibbleBlocks.HighNibbles(quants), activations);
        }
    }
}
