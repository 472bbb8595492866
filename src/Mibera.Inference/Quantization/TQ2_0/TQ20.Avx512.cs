using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct TQ20
{
    /// <summary>
    /// Rows transposed, as in Q2_K: slot f is bits 2f, 2f + 1 of the quants, runs f of 32 weights of each half of the
    /// block. Without sub-block scales all slots add up in words.
    /// </summary>
    internal readonly struct Avx512 : ISuperBlockCell
    {
        private static readonly OffsetLayout SharedLayout = new(
            [.. Enumerable.Range(0, 16).Select(i => (byte)(8 * (i / 2 % 2) + 2 * (i / 4) + i % 2))], offset: 1);

        public static int BlockBytes => TQ20.BlockBytes;

        public static SuperBlockLayout Layout => SharedLayout;

        public static int PackedBytes => OffsetLayout.Size;

        public static byte* Constants => null;

        public static bool HasMins => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint RawScales(byte* block) => *(ushort*)(block + 64);

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
            var rows = TransposedRows.Load(block, stride);
            // Words: 16 products of two, each at most 2 * 3 * 127, are 12192 before the offsets.
            var sums = Slot(0, rows, activations, ahead) + Slot(1, rows, activations, ahead)
                + (Slot(2, rows, activations, ahead) + Slot(3, rows, activations, ahead));
            var ones = Vector512.Create((short)1);
            return Zmm.AddHalves(Avx512BW.MultiplyAddAdjacent(sums.A, ones), Avx512BW.MultiplyAddAdjacent(sums.B, ones));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TwoZmm<short> Slot(int slot, in TransposedRows rows, byte* activations, ReadAhead ahead)
        {
            var y = Vector512.LoadAligned((int*)activations + 16 * slot);
            ahead.FetchPart(2 * slot, 8);
            var sums = TransposedRows.Multiply0(TwoZmm.TwoBits(rows.C0, slot), y) + TransposedRows.Multiply1(TwoZmm.TwoBits(rows.C1, slot), y);
            ahead.FetchPart(2 * slot + 1, 8);
            sums += TransposedRows.Multiply2(TwoZmm.TwoBits(rows.C2, slot), y) + TransposedRows.Multiply3(TwoZmm.TwoBits(rows.C3, slot), y);
            return sums + Vector512.LoadAligned((short*)(activations + TransposedLayout.SumsOffset + 64 * slot));
        }
    }
}
