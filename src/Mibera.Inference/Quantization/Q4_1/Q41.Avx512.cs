using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q41
{
    /// <summary>Unsigned quants; the walk adds the offsets.</summary>
    internal readonly struct Avx512 : ISmallBlockCell
    {
        private static readonly NibbleLayout SharedLayout = new(offset: 0);

        private static readonly VectorConstants Table = new(
            i => NibbleBlocks.Quants(i, BlockBytes, 4), i => NibbleBlocks.Scales(i, BlockBytes, 0));

        public static int UnitElements => 32;

        public static int GroupBytes => 4 * BlockBytes;

        public static SmallBlockLayout Layout => SharedLayout;

        public static int PackedBytes => NibbleLayout.Size;

        public static byte* Constants => Table.Pointer;

        public static bool HasOffsets => true;

        public static bool HasHalfScales => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Scales(Vector512<uint> raw) => default;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> FourRows(
            byte* constants, byte* blocks, nint stride, byte* activations, ReadAhead ahead, out Vector512<uint> scales) =>
            NibbleBlocks.FourRows(constants, blocks, stride, BlockBytes, activations, ahead, out scales);
    }
}
