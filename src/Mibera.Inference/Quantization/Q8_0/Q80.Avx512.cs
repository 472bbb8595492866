using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q80
{
    /// <summary>Two blocks per vector: the weights' magnitudes, and the activations with the weights' signs.</summary>
    internal readonly struct Avx512 : ISmallBlockCell
    {
        public static int UnitElements => 32;

        public static int GroupBytes => 4 * BlockBytes;

        public static SmallBlockLayout Layout => ByteLayout.Instance;

        public static int PackedBytes => ByteLayout.Size;

        public static byte* Constants => null;

        public static bool HasOffsets => false;

        public static bool HasHalfScales => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Scales(Vector512<uint> raw) => default;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> FourRows(
            byte* constants, byte* blocks, nint stride, byte* activations, ReadAhead ahead, out Vector512<uint> scales)
        {
            scales = Scales(blocks, stride);
            var first = TwoBlocks(blocks, stride, (sbyte*)activations, ahead.Half(0));
            var second = TwoBlocks(blocks + 2 * BlockBytes, stride, (sbyte*)activations + 64, ahead.Half(1));
            return Zmm.AddLanePairs(first, second);
        }

        /// <summary>Two blocks of four rows: lanes 0, 1 add up to the first one, lanes 2, 3 to the second.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> TwoBlocks(byte* blocks, nint stride, sbyte* activations, ReadAhead ahead)
        {
            var y = Vector512.LoadAligned(activations);
            ahead.FetchPart(0, 4);
            var sum0 = Row(blocks, y);
            ahead.FetchPart(1, 4);
            var sum1 = Row(blocks + stride, y);
            ahead.FetchPart(2, 4);
            var sum2 = Row(blocks + 2 * stride, y);
            ahead.FetchPart(3, 4);
            return Zmm.AddDwords(sum0, sum1, sum2, Row(blocks + 3 * stride, y));
        }

        /// <summary>A pair is at most 2 * 128 * 127 = 32512.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Row(byte* blocks, Vector512<sbyte> y)
        {
            var weights = Zmm.LoadHalves(blocks + 2, blocks + BlockBytes + 2).AsSByte();
            // -128 has the magnitude 128 as an unsigned byte.
            var signed = Vector512.ConditionalSelect(Vector512.LessThan(weights, Vector512<sbyte>.Zero), -y, y);
            return Avx512BW.MultiplyAddAdjacent(
                Avx512BW.MultiplyAddAdjacent(Avx512BW.Abs(weights), signed), Vector512.Create((short)1));
        }

        /// <summary>Joined in general registers, which have nothing else to do.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<uint> Scales(byte* blocks, nint stride) => Avx512F.ConvertToVector512UInt32(Vector256.Create(
            ScalesOfBlock(blocks, stride),
            ScalesOfBlock(blocks + BlockBytes, stride),
            ScalesOfBlock(blocks + 2 * BlockBytes, stride),
            ScalesOfBlock(blocks + 3 * BlockBytes, stride)).AsUInt16()) << 16;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static ulong ScalesOfBlock(byte* block, nint stride) =>
            *(ushort*)block | (uint)*(ushort*)(block + stride) << 16
            | (ulong)(*(ushort*)(block + 2 * stride) | (uint)*(ushort*)(block + 3 * stride) << 16) << 32;
    }
}
