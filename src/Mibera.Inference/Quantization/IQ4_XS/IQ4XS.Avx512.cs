using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
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
        public static uint RawScales(byte* block) => *(ushort*)block;

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
            var scales = SubBlockScales(constants, block, stride);
            var indices = constants + 192;
            return Zmm.AddDwords(
                Row(constants, indices, block, activations, scales),
                Row(constants, indices + 128, block + stride, activations, scales),
                Row(constants, indices + 256, block + 2 * stride, activations, scales),
                Row(constants, indices + 384, block + 3 * stride, activations, scales));
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

        /// <summary>Total: at most 256 * 127 * 127 * 32 = 132M.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Row(
            byte* constants, byte* scaleIndices, byte* block, byte* activations, Vector512<short> scales) =>
            Quants(constants, Vector512.Load(block + 8), activations, Scale(scaleIndices, scales))
            + Quants(constants, Vector512.Load(block + 72), activations + 128, Scale(scaleIndices + 64, scales));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<short> Scale(byte* indices, Vector512<short> scales) =>
            Avx512BW.PermuteVar32x16(scales, Vector512.LoadAligned((short*)indices));

        /// <summary>
        /// 128 weights; the nibbles of a lane share a scale, but a pair is as much as 2 * 127 * 127 = 32258, so their sums do
        /// not fit a word.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Quants(
            byte* constants, Vector512<byte> quants, byte* activations, Vector512<short> scale)
        {
            var nibble = Vector512.Create((byte)15);
            var codebook = Vector512.LoadAligned(constants);
            var signs = activations + SignedMagnitudeLayout.SignsOffset;
            var low = Zmm.Select(nibble, quants, Vector512.LoadAligned(signs));
            var high = Zmm.Select(nibble, (quants.AsUInt16() >>> 4).AsByte(), Vector512.LoadAligned(signs + 64));
            return Avx512BW.MultiplyAddAdjacent(Products(activations, codebook, low), scale)
                + Avx512BW.MultiplyAddAdjacent(Products(activations + 64, codebook, high), scale);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<short> Products(byte* magnitudes, Vector512<byte> codebook, Vector512<byte> indices) =>
            Avx512BW.MultiplyAddAdjacent(
                Vector512.LoadAligned(magnitudes), Avx512Vbmi.PermuteVar64x8(codebook, indices).AsSByte());
    }
}
