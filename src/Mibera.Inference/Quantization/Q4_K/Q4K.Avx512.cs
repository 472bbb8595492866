using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q4K
{
    /// <summary>
    /// Four rows transposed: one multiply-add of scales serves four rows, and no tree of additions is needed.
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
            byte* constants, byte* block, nint stride, byte* activations, out Vector512<int> minimums)
        {
            var low = FourRows(constants, block, stride, activations, out var headers0);
            var high = FourRows(constants, block + 4 * stride, stride, activations, out var headers4);
            minimums = SubBlockScales.Minimums(headers0, headers4, activations);
            return Zmm.AddHalves(low, high);
        }

        /// <summary>Total of 256 products: at most 256 * 15 * 127 * 63 = 30.8M.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> FourRows(
            byte* constants, byte* block, nint stride, byte* activations, out Vector512<byte> headers)
        {
            headers = SubBlockScales.Headers(constants, block, stride);
            var scales = SubBlockScales.Scales(constants, headers);
            return Quants(constants, 0, block + 16, stride, activations, scales)
                + Quants(constants, 2, block + 80, stride, activations + 512, scales);
        }

        /// <summary>64 bytes of four rows: the slots <paramref name="slot"/> (low nibbles) and the next one (high).</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Quants(
            byte* constants, int slot, byte* quants, nint stride, byte* activations, Vector512<byte> scales)
        {
            var (c0, c1, c2, c3) = Zmm.Transpose(
                Vector512.Load(quants), Vector512.Load(quants + stride),
                Vector512.Load(quants + 2 * stride), Vector512.Load(quants + 3 * stride));
            var mask = Vector512.Create((byte)15);
            var low = SumOfFour(c0 & mask, c1 & mask, c2 & mask, c3 & mask, activations);
            var high = SumOfFour(HighNibbles(c0), HighNibbles(c1), HighNibbles(c2), HighNibbles(c3), activations + 256);
            return SubBlockScales.Scale(constants, slot, scales, low) + SubBlockScales.Scale(constants, slot + 1, scales, high);
        }

        /// <summary>A pair is at most 2 * 15 * 127 = 3810, four of them 15240.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<short> SumOfFour(
            Vector512<byte> c0, Vector512<byte> c1, Vector512<byte> c2, Vector512<byte> c3, byte* activations) =>
            Avx512BW.MultiplyAddAdjacent(c0, Vector512.LoadAligned((sbyte*)activations))
            + Avx512BW.MultiplyAddAdjacent(c1, Vector512.LoadAligned((sbyte*)activations + 64))
            + (Avx512BW.MultiplyAddAdjacent(c2, Vector512.LoadAligned((sbyte*)activations + 128))
                + Avx512BW.MultiplyAddAdjacent(c3, Vector512.LoadAligned((sbyte*)activations + 192)));

        /// <summary>A matrix product over bits shifts bytes, which no shift instruction does.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<byte> HighNibbles(Vector512<byte> bytes) => Gfni.V512.GaloisFieldAffineTransform(
            bytes, Vector512.Create(0x1020_4080_0000_0000ul).AsByte(), 0);
    }
}
