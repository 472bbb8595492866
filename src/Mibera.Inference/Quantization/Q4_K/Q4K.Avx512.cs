using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q4K
{
    /// <summary>
    /// Rows transposed: one multiply-add of scales serves the four rows of a vector, and no tree of additions is needed.
    /// </summary>
    internal readonly struct Avx512 : ISuperBlockCell
    {
        public static int BlockBytes => Q4K.BlockBytes;

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
            // Totals of 256 products: at most 256 * 15 * 127 * 63 = 30.8M.
            var scales = SubBlockScales.Scales(constants, headers);
            var sums = Quants(constants, 0, block + 16, stride, activations, ahead, scales)
                + Quants(constants, 2, block + 80, stride, activations + 128, ahead, scales);
            return Zmm.AddHalves(sums.A, sums.B);
        }

        /// <summary>64 bytes of eight rows: the slots <paramref name="slot"/> (low nibbles) and the next one (high).</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TwoZmm<int> Quants(
            byte* constants, int slot, byte* quants, nint stride, byte* activations, ReadAhead ahead, TwoZmm<byte> scales)
        {
            var rows = TransposedRows.Load(quants, stride);
            // A pair is at most 2 * 15 * 127 = 3810, four of them 15240.
            var mask = Vector512.Create((byte)15);
            var y = Vector512.LoadAligned((int*)activations);
            ahead.FetchPart(2 * slot, 8);
            var low = TransposedRows.Multiply0(rows.C0 & mask, y) + TransposedRows.Multiply1(rows.C1 & mask, y);
            ahead.FetchPart(2 * slot + 1, 8);
            low += TransposedRows.Multiply2(rows.C2 & mask, y) + TransposedRows.Multiply3(rows.C3 & mask, y);
            y = Vector512.LoadAligned((int*)activations + 16);
            ahead.FetchPart(2 * slot + 2, 8);
            var high = TransposedRows.Multiply0(HighNibbles(rows.C0), y) + TransposedRows.Multiply1(HighNibbles(rows.C1), y);
            ahead.FetchPart(2 * slot + 3, 8);
            high += TransposedRows.Multiply2(HighNibbles(rows.C2), y) + TransposedRows.Multiply3(HighNibbles(rows.C3), y);
            return SubBlockScales.Scale(constants, slot, scales, low) + SubBlockScales.Scale(constants, slot + 1, scales, high);
        }

        /// <summary>A matrix product over bits shifts bytes, which no shift instruction does.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TwoZmm<byte> HighNibbles(TwoZmm<byte> bytes) =>
            TwoZmm.Affine(Vector512.Create(BitMatrix.HighNibble).AsByte(), bytes);
    }
}
