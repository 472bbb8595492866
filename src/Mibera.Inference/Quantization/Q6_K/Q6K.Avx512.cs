using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels;
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
            // Word w of vector j takes scale 4j + w / 8.
            i => i % 2 == 0 ? i / 16 : 0, i => i % 2 == 0 ? 4 + i / 16 : 0,
            i => i % 2 == 0 ? 8 + i / 16 : 0, i => i % 2 == 0 ? 12 + i / 16 : 0);

        public static int BlockBytes => Q6K.BlockBytes;

        public static SuperBlockLayout Layout => NaturalLayout.Instance;

        public static int PackedBytes => NaturalLayout.Size;

        public static byte* Constants => Table.Pointer;

        public static bool HasMins => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint RawScales(byte* block) => *(uint*)(block + 206);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Scales(Vector512<uint> raw) => Zmm.HighHalfToSingle(raw, 1f);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> MinScales(Vector512<uint> raw) => default;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> Finish(Vector512<int> sums) => sums;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> EightRows(
            byte* constants, byte* block, nint stride, byte* activations, ReadAhead ahead, out Vector512<int> minimums)
        {
            minimums = default;
            return Zmm.AddHalves(
                FourRows(constants, block, stride, activations, ahead.Half(0)),
                FourRows(constants, block + 4 * stride, stride, activations, ahead.Half(1)));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> FourRows(byte* constants, byte* block, nint stride, byte* activations, ReadAhead ahead)
        {
            // Loaded here and used by four rows, so that they stay in registers: Zen 4 has one 512-bit load a cycle.
            var vectors = new Vectors(constants);
            ahead.FetchPart(0, 8);
            var sum0 = Row(vectors, block, activations, ahead, 1);
            ahead.FetchPart(2, 8);
            var sum1 = Row(vectors, block + stride, activations, ahead, 3);
            ahead.FetchPart(4, 8);
            var sum2 = Row(vectors, block + 2 * stride, activations, ahead, 5);
            ahead.FetchPart(6, 8);
            return Zmm.AddDwords(sum0, sum1, sum2, Row(vectors, block + 3 * stride, activations, ahead, 7));
        }

        /// <summary>
        /// A row with unsigned quants, and the offset: 32 times scale times sum of activations, in the eight dwords of the lower
        /// half. Totals: at most 256 * 63 * 127 * 128 = 262M and 32 * 256 * 127 * 128 = 133M. Fetches <paramref name="part"/> of eight
        /// on the way.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Row(Vectors vectors, byte* block, byte* activations, ReadAhead ahead, int part)
        {
            var scales = Avx2.ConvertToVector256Int16(Vector128.Load((sbyte*)block + 192));
            var sums = Vector256.LoadAligned((short*)(activations + NaturalLayout.SumsOffset));
            var offset = Avx2.MultiplyAddAdjacent(scales, sums) << 5;
            var y = (sbyte*)activations;
            var first = Run(vectors, vectors.Scales0, vectors.Scales1, block, block + 128, y, scales.ToVector512Unsafe());
            ahead.FetchPart(part, 8);
            return first
                + Run(vectors, vectors.Scales2, vectors.Scales3, block + 64, block + 160, y + 128, scales.ToVector512Unsafe())
                + offset.ToVector512();
        }

        /// <summary>A run of 128 weights. A pair is at most 2 * 63 * 127 = 16002.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Run(
            Vectors vectors, Vector512<short> firstScales, Vector512<short> secondScales, byte* low, byte* high, sbyte* y,
            Vector512<short> scales)
        {
            var nibble = Vector512.Create((byte)15);
            var quants = Vector512.Load(low);
            var highBits = Gfni.V512.GaloisFieldAffineTransform(Zmm.LoadTwice(high), vectors.HighMatrix, 0);
            var first = Zmm.Select(nibble, quants, highBits);
            var second = Gfni.V512.GaloisFieldAffineTransform(Zmm.Select(nibble, highBits, quants), vectors.NibbleMatrix, 0);
            return Scale(firstScales, scales, Avx512BW.MultiplyAddAdjacent(first, Vector512.LoadAligned(y)))
                + Scale(secondScales, scales, Avx512BW.MultiplyAddAdjacent(second, Vector512.LoadAligned(y + 64)));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Scale(Vector512<short> indices, Vector512<short> scales, Vector512<short> pairs) =>
            Avx512BW.MultiplyAddAdjacent(pairs, Avx512BW.PermuteVar32x16(scales, indices));

        private readonly ref struct Vectors
        {
            public readonly Vector512<byte> HighMatrix;
            public readonly Vector512<byte> NibbleMatrix;
            public readonly Vector512<short> Scales0;
            public readonly Vector512<short> Scales1;
            public readonly Vector512<short> Scales2;
            public readonly Vector512<short> Scales3;

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public Vectors(byte* constants)
            {
                HighMatrix = Vector512.LoadAligned(constants);
                NibbleMatrix = Vector512.LoadAligned(constants + 64);
                Scales0 = Vector512.LoadAligned((short*)(constants + 128));
                Scales1 = Vector512.LoadAligned((short*)(constants + 192));
                Scales2 = Vector512.LoadAligned((short*)(constants + 256));
                Scales3 = Vector512.LoadAligned((short*)(constants + 320));
            }
        }
    }
}
