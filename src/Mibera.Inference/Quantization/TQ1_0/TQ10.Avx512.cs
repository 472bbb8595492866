using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct TQ10
{
    /// <summary>
    /// A vector holds one row: bytes 0 to 31, and the last 32 of the block's 54. Digits are looked up rather than computed:
    /// one table for the first four, two bits each, one for the fifth.
    /// </summary>
    internal readonly struct Avx512 : ISuperBlockCell
    {
        private const int FifthDigit = 256;

        private static readonly VectorConstants Table = new([
            .. Vectors(i => Digit(i, 0) | Digit(i, 1) << 2 | Digit(i, 2) << 4 | Digit(i, 3) << 6),
            .. Vectors(i => Digit(i, 4))]);

        public static int BlockBytes => TQ10.BlockBytes;

        public static SuperBlockLayout Layout => TernaryDigitsLayout.Instance;

        public static int PackedBytes => TernaryDigitsLayout.Size;

        public static byte* Constants => Table.Pointer;

        public static bool HasMins => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint RawScales(byte* block) => *(ushort*)(block + 52);

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

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> FourRows(byte* constants, byte* block, nint stride, byte* activations, ReadAhead ahead)
        {
            ahead.FetchPart(0, 2);
            var first = TwoRows(constants, block, stride, activations);
            ahead.FetchPart(1, 2);
            var last = TwoRows(constants, block + 2 * stride, stride, activations);
            return Zmm.AddDwords(first.A, first.B, last.A, last.B);
        }

        /// <summary>Words: five products of two, each at most 2 * 2 * 127, are 2540 before the offsets.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TwoZmm<int> TwoRows(byte* constants, byte* block, nint stride, byte* activations)
        {
            var bytes = TwoZmm.LoadHalves(block, block + 22, stride);
            var bit7 = TwoZmm.SpreadBit(bytes, 7);
            var digits = TwoZmm.LookUp256(constants, bytes, bit7);
            var sums = Multiply(TwoZmm.LookUp256(constants + FifthDigit, bytes, bit7), activations + 256)
                + Vector512.LoadAligned((short*)(activations + TernaryDigitsLayout.Offsets))
                + (Multiply(TwoZmm.TwoBits(digits, 0), activations)
                    + Multiply(TwoZmm.TwoBits(digits, 1), activations + 64))
                + (Multiply(TwoZmm.TwoBits(digits, 2), activations + 128) + Multiply(TwoZmm.TwoBits(digits, 3), activations + 192));
            var ones = Vector512.Create((short)1);
            return TwoZmm.MultiplyAddAdjacent(sums, new(ones, ones));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TwoZmm<short> Multiply(TwoZmm<byte> digits, byte* activations) =>
            TwoZmm.MultiplyAddAdjacent(digits, Vector512.LoadAligned((sbyte*)activations));

        /// <summary>Digit k as <see cref="Unpack"/> defines it, for any byte.</summary>
        private static int Digit(int value, int k)
        {
            for (; k > 0; k--)
                value = value * 3 & 0xff;
            return value * 3 >> 8;
        }

        private static Func<int, int>[] Vectors(Func<int, int> entry) =>
            [.. Enumerable.Range(0, 4).Select(v => (Func<int, int>)(i => entry(64 * v + i)))];
    }
}
