using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q5K
{
    /// <summary>
    /// As Q4_K: four rows transposed. The high bits of both nibbles of 64 bytes are put where two selects want them, by
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
            byte* constants, byte* block, nint stride, byte* activations, out Vector512<int> minimums)
        {
            var low = FourRows(constants, block, stride, activations, out var headers0);
            var high = FourRows(constants, block + 4 * stride, stride, activations, out var headers4);
            minimums = SubBlockScales.Minimums(headers0, headers4, activations);
            return Zmm.AddHalves(low, high);
        }

        /// <summary>Total of 256 products: at most 256 * 31 * 127 * 63 = 63.5M.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> FourRows(
            byte* constants, byte* block, nint stride, byte* activations, out Vector512<byte> headers)
        {
            headers = SubBlockScales.Headers(constants, block, stride);
            var scales = SubBlockScales.Scales(constants, headers);
            var high = block + 16;
            var (h0, h1, h2, h3) = Zmm.Transpose(
                Zmm.LoadTwice(high), Zmm.LoadTwice(high + stride),
                Zmm.LoadTwice(high + 2 * stride), Zmm.LoadTwice(high + 3 * stride));
            return Quants(constants, 0, block + 48, stride, h0, h1, h2, h3, activations, scales)
                + Quants(constants, 2, block + 112, stride, h0, h1, h2, h3, activations + 512, scales);
        }

        /// <summary>64 bytes of four rows: the slots <paramref name="slot"/> (low nibbles) and the next one (high).</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Quants(
            byte* constants, int slot, byte* quants, nint stride,
            Vector512<byte> h0, Vector512<byte> h1, Vector512<byte> h2, Vector512<byte> h3,
            byte* activations, Vector512<byte> scales)
        {
            var (c0, c1, c2, c3) = Zmm.Transpose(
                Vector512.Load(quants), Vector512.Load(quants + stride),
                Vector512.Load(quants + 2 * stride), Vector512.Load(quants + 3 * stride));
            var y = (sbyte*)activations;
            var matrix = Vector512.LoadAligned(constants + SubBlockScales.FifthBits + 32 * slot);
            // A pair is at most 2 * 31 * 127 = 7874, four of them 31496.
            var low = Column(constants, c0, h0, matrix, y, out var high)
                + Column(constants, c1, h1, matrix, y + 64, out var high1);
            low += Column(constants, c2, h2, matrix, y + 128, out var high2)
                + Column(constants, c3, h3, matrix, y + 192, out var high3);
            high = high + high1 + (high2 + high3);
            return SubBlockScales.Scale(constants, slot, scales, low) + SubBlockScales.Scale(constants, slot + 1, scales, high);
        }

        /// <summary>Products of the low nibbles' weights, and of the high nibbles'.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<short> Column(
            byte* constants, Vector512<byte> quants, Vector512<byte> high, Vector512<byte> matrix, sbyte* y, out Vector512<short> highSum)
        {
            var nibble = Vector512.Create((byte)15);
            var highBits = Gfni.V512.GaloisFieldAffineTransform(high, matrix, 0);
            var upper = Gfni.V512.GaloisFieldAffineTransform(
                Zmm.Select(nibble, highBits, quants), Vector512.LoadAligned(constants + SubBlockScales.FifthBits + 128), 0);
            highSum = Avx512BW.MultiplyAddAdjacent(upper, Vector512.LoadAligned(y + 256));
            return Avx512BW.MultiplyAddAdjacent(Zmm.Select(nibble, quants, highBits), Vector512.LoadAligned(y));
        }
    }
}
