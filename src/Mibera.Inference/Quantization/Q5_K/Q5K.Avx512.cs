using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q5K
{
    /// <summary>
    /// As Q4_K: rows transposed. The high bits of both nibbles of 64 bytes are put where two selects want them, by
    /// one matrix product over bits.
    /// </summary>
    internal readonly struct Avx512 : ISuperBlockCell
    {
        public static int BlockBytes => Q5K.BlockBytes;

        public static SuperBlockLayout Layout => SubBlockScales.Layout;

        public static int PackedBytes => SumsOf32Layout.Size;

        public static byte* Constants => SubBlockScales.Constants;

        public static bool HasMins => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint RawScales(byte* block) => *(uint*)block;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Scales(Vector512<uint> raw) => Zmm.HalfToSingle(raw, 1f);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> MinScales(Vector512<uint> raw) => Zmm.HighHalfToSingle(raw, 1f);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> Finish(Vector512<int> sums) => sums;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> EightRows(
            byte* constants, byte* block, nint stride, byte* activations, ReadAhead ahead, out Vector512<int> minimums)
        {
            var headers = SubBlockScales.Headers(constants, block, stride);
            minimums = SubBlockScales.Minimums(headers, activations);
            // Totals of 256 products: at most 256 * 31 * 127 * 63 = 63.5M.
            var scales = SubBlockScales.Scales(constants, headers);
            var highBits = TransposedRows.LoadTwice(block + 16, stride);
            var sums = Quants(constants, 0, block + 48, stride, highBits, activations, ahead, scales)
                + Quants(constants, 2, block + 112, stride, highBits, activations + 128, ahead, scales);
            return Zmm.AddHalves(sums.A, sums.B);
        }

        /// <summary>64 bytes of eight rows: the slots <paramref name="slot"/> (low nibbles) and the next one (high).</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TwoZmm<int> Quants(
            byte* constants, int slot, byte* quants, nint stride, in TransposedRows highBits, byte* activations,
            ReadAhead ahead, TwoZmm<byte> scales)
        {
            var rows = TransposedRows.Load(quants, stride);
            var matrix = Vector512.LoadAligned(constants + SubBlockScales.FifthBits + 32 * slot);
            // A pair is at most 2 * 31 * 127 = 7874, four of them 31496.
            var y = Vector512.LoadAligned((int*)activations);
            var z = Vector512.LoadAligned((int*)activations + 16);
            ahead.FetchPart(2 * slot, 8);
            var lowSums = TransposedRows.Multiply0(Weights(constants, rows.C0, highBits.C0, matrix, out var upper), y);
            var highSums = TransposedRows.Multiply0(upper, z);
            ahead.FetchPart(2 * slot + 1, 8);
            lowSums += TransposedRows.Multiply1(Weights(constants, rows.C1, highBits.C1, matrix, out upper), y);
            highSums += TransposedRows.Multiply1(upper, z);
            ahead.FetchPart(2 * slot + 2, 8);
            lowSums += TransposedRows.Multiply2(Weights(constants, rows.C2, highBits.C2, matrix, out upper), y);
            highSums += TransposedRows.Multiply2(upper, z);
            ahead.FetchPart(2 * slot + 3, 8);
            lowSums += TransposedRows.Multiply3(Weights(constants, rows.C3, highBits.C3, matrix, out upper), y);
            highSums += TransposedRows.Multiply3(upper, z);
            return SubBlockScales.Scale(constants, slot, scales, lowSums) + SubBlockScales.Scale(constants, slot + 1, scales, highSums);
        }

        /// <summary>The low nibbles' weights, and the high nibbles'.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TwoZmm<byte> Weights(
            byte* constants, TwoZmm<byte> quants, TwoZmm<byte> high, Vector512<byte> matrix, out TwoZmm<byte> upper)
        {
            var nibble = Vector512.Create((byte)15);
            var highBits = TwoZmm.Affine(matrix, high);
            upper = TwoZmm.Affine(
                Vector512.LoadAligned(constants + SubBlockScales.FifthBits + 128), TwoZmm.Select(nibble, highBits, quants));
            return TwoZmm.Select(nibble, quants, highBits);
        }
    }
}
