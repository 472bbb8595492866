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
    /// Four rows transposed, as in Q2_K: slot f is bits 2f, 2f + 1 of the quants, runs f of 32 weights of each half of the
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
            byte* constants, byte* block, nint stride, byte* activations, out Vector512<int> minimums)
        {
            minimums = default;
            return Zmm.AddHalves(FourRows(block, stride, activations), FourRows(block + 4 * stride, stride, activations));
        }

        /// <summary>Words: 16 products of two, each at most 2 * 3 * 127, are 12192 before the offsets.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> FourRows(byte* block, nint stride, byte* activations)
        {
            var (c0, c1, c2, c3) = Zmm.Transpose(
                Vector512.Load(block), Vector512.Load(block + stride),
                Vector512.Load(block + 2 * stride), Vector512.Load(block + 3 * stride));
            var sums = Slot(0, c0, c1, c2, c3, activations) + Slot(1, c0, c1, c2, c3, activations)
                + (Slot(2, c0, c1, c2, c3, activations) + Slot(3, c0, c1, c2, c3, activations));
            return Avx512BW.MultiplyAddAdjacent(sums, Vector512.Create((short)1));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<short> Slot(
            int slot, Vector512<byte> c0, Vector512<byte> c1, Vector512<byte> c2, Vector512<byte> c3, byte* activations)
        {
            var y = (sbyte*)activations + 256 * slot;
            return Avx512BW.MultiplyAddAdjacent(Field(c0, slot), Vector512.LoadAligned(y))
                + Vector512.LoadAligned((short*)(activations + TransposedLayout.SumsOffset + 64 * slot))
                + Avx512BW.MultiplyAddAdjacent(Field(c1, slot), Vector512.LoadAligned(y + 64))
                + (Avx512BW.MultiplyAddAdjacent(Field(c2, slot), Vector512.LoadAligned(y + 128))
                    + Avx512BW.MultiplyAddAdjacent(Field(c3, slot), Vector512.LoadAligned(y + 192)));
        }

        /// <summary>Bits 2 slot, 2 slot + 1 of each byte: a matrix product over bits shifts and masks at once.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<byte> Field(Vector512<byte> quants, int slot) => slot == 0
            ? quants & Vector512.Create((byte)3)
            : Gfni.V512.GaloisFieldAffineTransform(quants, Vector512.Create(0x0102_0000_0000_0000ul << 2 * slot).AsByte(), 0);
    }
}
