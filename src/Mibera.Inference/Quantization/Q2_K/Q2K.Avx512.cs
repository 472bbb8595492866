using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q2K
{
    /// <summary>
    /// Rows transposed. Slot f is bits 2f, 2f + 1 of the quants: runs f of 32 weights of each half of the block, one in
    /// each half of a vector.
    /// </summary>
    internal readonly struct Avx512 : ISuperBlockCell
    {
        private static readonly EvenAndOddSumsLayout SharedLayout = new([
            .. Enumerable.Range(0, 16).Select(i => (byte)(8 * (i / 2 % 2) + 2 * (i / 4) + i % 2))]);

        private static readonly VectorConstants Table = new(
            // From lane = row to dword = row: byte f of dword r of lane L is the scale of slot f in row r.
            i => 16 * (i / 4 % 4) + 8 * (i / 32) + 2 * (i % 4) + i / 16 % 2,
            i => i % 2 == 0 ? i / 4 % 4 * 4 : 0x80,
            i => i % 2 == 0 ? i / 4 % 4 * 4 + 1 : 0x80,
            i => i % 2 == 0 ? i / 4 % 4 * 4 + 2 : 0x80,
            i => i % 2 == 0 ? i / 4 % 4 * 4 + 3 : 0x80);

        public static int BlockBytes => Q2K.BlockBytes;

        public static SuperBlockLayout Layout => SharedLayout;

        public static int PackedBytes => EvenAndOddSumsLayout.Size;

        public static byte* Constants => Table.Pointer;

        public static bool HasMins => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint RawScales(byte* block) => *(uint*)(block + 80);

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
            // Totals: at most 256 * 3 * 127 * 15 = 1.5M, and 16 * 15 * 16 * 127 = 0.5M for the minimums.
            var headers = TwoZmm.LoadLanes(block, block + 4 * stride, stride);
            minimums = Minimums(headers.As<ushort>(), activations + TransposedLayout.SumsOffset);
            var scales = TwoZmm.LookUpIn(headers, constants) & Vector512.Create((byte)15);
            var rows = TransposedRows.Load(block + 16, stride);
            var sums = Slot(constants, 0, rows, activations, ahead, scales) + Slot(constants, 1, rows, activations, ahead, scales)
                + (Slot(constants, 2, rows, activations, ahead, scales) + Slot(constants, 3, rows, activations, ahead, scales));
            return Zmm.AddHalves(sums.A, sums.B);
        }

        /// <summary>Minimums (high nibbles) of even and odd sub-blocks of 16 with their sums of activations.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Minimums(TwoZmm<ushort> headers, byte* sums)
        {
            var even = Zmm.LoadFourTimes(sums).AsInt16();
            var odd = Zmm.LoadFourTimes(sums + 16).AsInt16();
            var rows0 = Minimums(headers.A, even, odd);
            var rows4 = Minimums(headers.B, even, odd);
            return Avx512F.UnpackLow(rows0, rows4) + Avx512F.UnpackHigh(rows0, rows4);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Minimums(Vector512<ushort> headers, Vector512<short> even, Vector512<short> odd) =>
            Avx512BW.MultiplyAddAdjacent((headers >>> 4 & Vector512.Create((ushort)15)).AsInt16(), even)
            + Avx512BW.MultiplyAddAdjacent((headers >>> 12).AsInt16(), odd);

        /// <summary>A pair is at most 2 * 3 * 127 = 762, four of them 3048.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TwoZmm<int> Slot(
            byte* constants, int slot, in TransposedRows rows, byte* activations, ReadAhead ahead, TwoZmm<byte> scales)
        {
            var y = Vector512.LoadAligned((int*)activations + 16 * slot);
            ahead.FetchPart(2 * slot, 8);
            var sums = TransposedRows.Multiply0(TwoZmm.TwoBits(rows.C0, slot), y) + TransposedRows.Multiply1(TwoZmm.TwoBits(rows.C1, slot), y);
            ahead.FetchPart(2 * slot + 1, 8);
            sums += TransposedRows.Multiply2(TwoZmm.TwoBits(rows.C2, slot), y) + TransposedRows.Multiply3(TwoZmm.TwoBits(rows.C3, slot), y);
            return TwoZmm.MultiplyAddAdjacent(sums, TwoZmm.Shuffle(scales, constants + 64 + 64 * slot).As<short>());
        }
    }
}
