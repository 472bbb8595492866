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
    /// Four rows transposed. Slot f is bits 2f, 2f + 1 of the quants: runs f of 32 weights of each half of the block, one in
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
            byte* constants, byte* block, nint stride, byte* activations, out Vector512<int> minimums)
        {
            var low = FourRows(constants, block, stride, activations, out var minimums0);
            var high = FourRows(constants, block + 4 * stride, stride, activations, out var minimums4);
            minimums = Avx512F.UnpackLow(minimums0, minimums4) + Avx512F.UnpackHigh(minimums0, minimums4);
            return Zmm.AddHalves(low, high);
        }

        /// <summary>Totals: at most 256 * 3 * 127 * 15 = 1.5M, and 16 * 15 * 16 * 127 = 0.5M for the minimums.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> FourRows(
            byte* constants, byte* block, nint stride, byte* activations, out Vector512<int> minimums)
        {
            var headers = Zmm.LoadLanes(block, stride);
            var scales = Avx512Vbmi.PermuteVar64x8(headers, Vector512.LoadAligned(constants)) & Vector512.Create((byte)15);
            minimums = Minimums(headers.AsUInt16(), activations + TransposedLayout.SumsOffset);
            var quants = block + 16;
            var (c0, c1, c2, c3) = Zmm.Transpose(
                Vector512.Load(quants), Vector512.Load(quants + stride),
                Vector512.Load(quants + 2 * stride), Vector512.Load(quants + 3 * stride));
            return Slot(constants, 0, c0, c1, c2, c3, activations, scales) + Slot(constants, 1, c0, c1, c2, c3, activations, scales)
                + (Slot(constants, 2, c0, c1, c2, c3, activations, scales) + Slot(constants, 3, c0, c1, c2, c3, activations, scales));
        }

        /// <summary>Minimums (high nibbles) of even and odd sub-blocks of 16 with their sums of activations.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Minimums(Vector512<ushort> headers, byte* sums) =>
            Avx512BW.MultiplyAddAdjacent(
                (headers >>> 4 & Vector512.Create((ushort)15)).AsInt16(), Zmm.LoadFourTimes(sums).AsInt16())
            + Avx512BW.MultiplyAddAdjacent((headers >>> 12).AsInt16(), Zmm.LoadFourTimes(sums + 16).AsInt16());

        /// <summary>A pair is at most 2 * 3 * 127 = 762, four of them 3048.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Slot(
            byte* constants, int slot, Vector512<byte> c0, Vector512<byte> c1, Vector512<byte> c2, Vector512<byte> c3,
            byte* activations, Vector512<byte> scales)
        {
            var y = (sbyte*)activations + 256 * slot;
            var sum = Avx512BW.MultiplyAddAdjacent(Field(c0, slot), Vector512.LoadAligned(y))
                + Avx512BW.MultiplyAddAdjacent(Field(c1, slot), Vector512.LoadAligned(y + 64))
                + (Avx512BW.MultiplyAddAdjacent(Field(c2, slot), Vector512.LoadAligned(y + 128))
                    + Avx512BW.MultiplyAddAdjacent(Field(c3, slot), Vector512.LoadAligned(y + 192)));
            return Avx512BW.MultiplyAddAdjacent(
                sum, Avx512BW.Shuffle(scales, Vector512.LoadAligned(constants + 64 + 64 * slot)).AsInt16());
        }

        /// <summary>Bits 2 slot, 2 slot + 1 of each byte: a matrix product over bits shifts and masks at once.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<byte> Field(Vector512<byte> quants, int slot) => slot == 0
            ? quants & Vector512.Create((byte)3)
            : Gfni.V512.GaloisFieldAffineTransform(quants, Vector512.Create(0x0102_0000_0000_0000ul << 2 * slot).AsByte(), 0);
    }
}
