using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q6K
{
    /// <summary>
    /// One row per vector: both halves of the block would have to be transposed twice, which eats what transposing saves
    /// (measured: equal).
    /// </summary>
    internal readonly struct Avx512 : ISuperBlockCell
    {
        private static readonly VectorConstants Table = new(
            // High bits of a run of 128, the same 32 bytes in both halves: those of the low nibbles' weights to bits 4, 5,
            // of the high nibbles' to bits 0, 1. Then from {high nibble, high bits in 0, 1} the weight.
            i => i < 32 ? VectorConstants.BitMatrix(i, 4, 5, -1, -1, 0, 1) : VectorConstants.BitMatrix(i, 6, 7, -1, -1, 2, 3),
            i => VectorConstants.BitMatrix(i, 4, 5, 6, 7, 0, 1),
            // Word w of vector j takes scale 4j + w / 8 of the first row, or of the second (16 words on).
            i => i % 2 == 0 ? 0 + i / 16 : 0, i => i % 2 == 0 ? 4 + i / 16 : 0,
            i => i % 2 == 0 ? 8 + i / 16 : 0, i => i % 2 == 0 ? 12 + i / 16 : 0,
            i => i % 2 == 0 ? 16 + i / 16 : 0, i => i % 2 == 0 ? 20 + i / 16 : 0,
            i => i % 2 == 0 ? 24 + i / 16 : 0, i => i % 2 == 0 ? 28 + i / 16 : 0);

        public static int BlockBytes => Q6K.BlockBytes;

        public static SuperBlockLayout Layout => NaturalLayout.Instance;

        public static int PackedBytes => NaturalLayout.Size;

        public static byte* Constants => Table.Pointer;

        public static bool HasMins => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint RawScales(byte* block) => *(ushort*)(block + 208);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Scales(Vector512<uint> raw) => Zmm.HalfToSingle(raw, 1f);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> MinScales(Vector512<uint> raw) => default;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> Finish(Vector512<int> sums) => sums;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> EightRows(
            byte* constants, byte* block, nint stride, byte* activations, out Vector512<int> minimums)
        {
            minimums = default;
            return Zmm.AddHalves(
                FourRows(constants, block, stride, activations),
                FourRows(constants, block + 4 * stride, stride, activations));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> FourRows(byte* constants, byte* block, nint stride, byte* activations)
        {
            var row0 = TwoRows(constants, block, stride, activations, out var row1);
            var row2 = TwoRows(constants, block + 2 * stride, stride, activations, out var row3);
            return Zmm.AddDwords(row0, row1, row2, row3);
        }

        /// <summary>
        /// Two rows with unsigned quants, and the offset, 32 times scale times sum of activations, in eight dwords each.
        /// Totals: at most 256 * 63 * 127 * 128 = 262M and 32 * 256 * 127 * 128 = 133M.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> TwoRows(
            byte* constants, byte* block, nint stride, byte* activations, out Vector512<int> second)
        {
            var scales = Avx512BW.ConvertToVector512Int16(Vector256.Create(
                Vector128.Load((sbyte*)block + 192), Vector128.Load((sbyte*)block + stride + 192)));
            var sums = Vector512.LoadAligned((short*)(activations + NaturalLayout.SumsOffset));
            var offset = Avx512BW.MultiplyAddAdjacent(scales, sums) << 5;
            var first = Row(constants, constants + 128, block, activations, scales);
            second = Row(constants, constants + 384, block + stride, activations, scales);
            var isFirst = Vector512.Create(-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0);
            second += Vector512.AndNot(offset, isFirst);
            return first + (offset & isFirst);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Row(
            byte* constants, byte* scaleIndices, byte* block, byte* activations, Vector512<short> scales) =>
            Run(constants, scaleIndices, block, block + 128, (sbyte*)activations, scales)
            + Run(constants, scaleIndices + 128, block + 64, block + 160, (sbyte*)activations + 128, scales);

        /// <summary>A run of 128 weights. A pair is at most 2 * 63 * 127 = 16002.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Run(
            byte* constants, byte* scaleIndices, byte* low, byte* high, sbyte* y, Vector512<short> scales)
        {
            var nibble = Vector512.Create((byte)15);
            var quants = Vector512.Load(low);
            var highBits = Gfni.V512.GaloisFieldAffineTransform(Zmm.LoadTwice(high), Vector512.LoadAligned(constants), 0);
            var first = Zmm.Select(nibble, quants, highBits);
            var second = Gfni.V512.GaloisFieldAffineTransform(
                Zmm.Select(nibble, highBits, quants), Vector512.LoadAligned(constants + 64), 0);
            return Scale(scaleIndices, scales, Avx512BW.MultiplyAddAdjacent(first, Vector512.LoadAligned(y)))
                + Scale(scaleIndices + 64, scales, Avx512BW.MultiplyAddAdjacent(second, Vector512.LoadAligned(y + 64)));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Scale(byte* indices, Vector512<short> scales, Vector512<short> pairs) =>
            Avx512BW.MultiplyAddAdjacent(
                pairs, Avx512BW.PermuteVar32x16(scales, Vector512.LoadAligned((short*)indices)));
    }
}
