using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ4XS
{
    /// <summary>
    /// One row per vector. The sign of the activation is part of the look-up's index: the codebook stands in the table
    /// twice, as it is and negated.
    /// </summary>
    internal readonly struct Avx512 : ISuperBlockCell
    {
        private static readonly VectorConstants Table = new(
            i => (i & 16) == 0 ? Codebooks.Iq4Nl[i & 15] : -Codebooks.Iq4Nl[i & 15],
            // Scales, from the qwords that begin four blocks: bits 0-3 from byte 4 on, bits 4-5 from byte 2 on.
            i => 32 + 4 * (i % 8),
            i => 16 + 2 * (i % 8) - 4,
            // Word w of vector v takes scale 4v + w / 8 of row 0, 1, 2, 3.
            i => i % 2 == 0 ? 0 + i / 16 : 0, i => i % 2 == 0 ? 4 + i / 16 : 0,
            i => i % 2 == 0 ? 8 + i / 16 : 0, i => i % 2 == 0 ? 12 + i / 16 : 0,
            i => i % 2 == 0 ? 16 + i / 16 : 0, i => i % 2 == 0 ? 20 + i / 16 : 0,
            i => i % 2 == 0 ? 24 + i / 16 : 0, i => i % 2 == 0 ? 28 + i / 16 : 0);

        public static int BlockBytes => IQ4XS.BlockBytes;

        public static SuperBlockLayout Layout => SignedMagnitudeLayout.Instance;

        public static int PackedBytes => SignedMagnitudeLayout.Size;

        public static byte* Constants => Table.Pointer;

        public static bool HasMins => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint RawScales(byte* block) => *(uint*)block;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Scales(Vector512<uint> raw) => Zmm.HalfToSingle(raw, 1f);

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

        /// <summary>Total: at most 256 * 127 * 127 * 32 = 132M.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> FourRows(byte* constants, byte* block, nint stride, byte* activations, ReadAhead ahead)
        {
            var scales = SubBlockScales(constants, block, stride);
            var codebook = Vector512.LoadAligned(constants);
            var (r0, r1, r2, r3) = Quants(codebook, block + 8, stride, activations, ahead.Half(0), scales, constants + 192);
            var (s0, s1, s2, s3) = Quants(codebook, block + 72, stride, activations + 128, ahead.Half(1), scales, constants + 256);
            return Zmm.AddDwords(r0 + s0, r1 + s1, r2 + s2, r3 + s3);
        }

        /// <summary>The signed scales of four rows, eight words for each.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<short> SubBlockScales(byte* constants, byte* block, nint stride)
        {
            var headers = Vector256.Create(
                *(ulong*)block, *(ulong*)(block + stride), *(ulong*)(block + 2 * stride), *(ulong*)(block + 3 * stride));
            var low = Avx512Vbmi.VL.MultiShift(Vector256.LoadAligned(constants + 64), headers);
            var high = Avx512Vbmi.VL.MultiShift(Vector256.LoadAligned(constants + 128), headers);
            var scales = Vector256.ConditionalSelect(Vector256.Create((byte)15), low, high) & Vector256.Create((byte)63);
            return Avx512BW.ConvertToVector512Int16((scales - Vector256.Create((byte)32)).AsSByte());
        }

        /// <summary>
        /// 128 weights of four rows; the nibbles of a lane share a scale, but a pair is as much as 2 * 127 * 127 = 32258, so their
        /// sums do not fit a word.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static (Vector512<int>, Vector512<int>, Vector512<int>, Vector512<int>) Quants(
            Vector512<byte> codebook, byte* quants, nint stride, byte* activations, ReadAhead ahead, Vector512<short> scales,
            byte* scaleIndices)
        {
            var low = Vector512.LoadAligned(activations);
            var high = Vector512.LoadAligned(activations + 64);
            var lowSigns = Vector512.LoadAligned(activations + SignedMagnitudeLayout.SignsOffset);
            var highSigns = Vector512.LoadAligned(activations + SignedMagnitudeLayout.SignsOffset + 64);
            ahead.FetchPart(0, 4);
            var sum0 = Row(codebook, quants, low, high, lowSigns, highSigns, Scale(scaleIndices, scales));
            ahead.FetchPart(1, 4);
            var sum1 = Row(codebook, quants + stride, low, high, lowSigns, highSigns, Scale(scaleIndices + 128, scales));
            ahead.FetchPart(2, 4);
            var sum2 = Row(codebook, quants + 2 * stride, low, high, lowSigns, highSigns, Scale(scaleIndices + 256, scales));
            ahead.FetchPart(3, 4);
            var sum3 = Row(codebook, quants + 3 * stride, low, high, lowSigns, highSigns, Scale(scaleIndices + 384, scales));
            return (sum0, sum1, sum2, sum3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<short> Scale(byte* indices, Vector512<short> scales) =>
            Avx512BW.PermuteVar32x16(scales, Vector512.LoadAligned((short*)indices));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Row(
            Vector512<byte> codebook, byte* quants, Vector512<byte> low, Vector512<byte> high,
            Vector512<byte> lowSigns, Vector512<byte> highSigns, Vector512<short> scale)
        {
            var nibble = Vector512.Create((byte)15);
            var nibbles = Vector512.Load(quants);
            var l = Zmm.Select(nibble, nibbles, lowSigns);
            var h = Zmm.Select(nibble, (nibbles.AsUInt16() >>> 4).AsByte(), highSigns);
            return Avx512BW.MultiplyAddAdjacent(Products(low, codebook, l), scale)
                + Avx512BW.MultiplyAddAdjacent(Products(high, codebook, h), scale);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<short> Products(Vector512<byte> magnitudes, Vector512<byte> codebook, Vector512<byte> indices) =>
            Avx512BW.MultiplyAddAdjacent(
                magnitudes, Avx512Vbmi.PermuteVar64x8(codebook, indices).AsSByte());
    }
}
