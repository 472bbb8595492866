using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ1M
{
    public static bool UnpacksGroups => true;

    public static void UnpackGroups(
        byte* blocks, nint stride, byte* ahead, byte* panel, nint groupBytes, byte* staging, int stagingBytes) =>
        GroupPanel<Avx512>.Fill(blocks, stride, ahead, panel, groupBytes, staging, stagingBytes);

    /// <summary>Two rows in a vector, a byte for each of their 64 groups.</summary>
    internal readonly struct Avx512 : IRowPair
    {
        private const int IndexShifts = TernaryGroups.ConstantBytes;
        private const int ScaleShifts = IndexShifts + 64;
        private const int Nibbles = TernaryGroups.CodeBytes;
        private const int Scales = Nibbles + 128;

        private static readonly VectorConstants Table = new([
            .. TernaryGroups.Constants,
            // A nibble for each group, from bytes in words, to the high bits.
            i => (i / 2 % 4 * 16 + i % 2 * 4 + 60) % 64,
            // Three bits for each word, to bits 1 to 3.
            i => (i / 2 % 4 * 3 + 63) % 64]);

        public static int BlockBytes => 56;

        public static SuperBlockLayout Layout => TernaryGroupsLayout.Instance;

        public static int PackedBytes => TernaryGroupsLayout.Size;

        public static byte* Constants => Table.Pointer;

        public static int CodeBytes => Scales + 128;

        public static float ScaleUnit => 0.125f;

        /// <summary>The top nibbles of four words.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint HalfScale(byte* block) =>
            (uint)Bmi2.X64.ParallelBitExtract(*(ulong*)(block + 48), 0xF000_F000_F000_F000);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> Finish(Vector512<int> sums) => sums;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Unpack(byte* constants, byte* low, byte* high, nint stride, byte* codes)
        {
            var lowBits = TwoZmm.LoadHalves(low, high, stride);
            // Bits 8 to 10 of the index in bits 4 to 6, the sign of the shift in bit 7.
            var nibbles = TwoZmm.MultiShift(
                constants + IndexShifts, TwoZmm.HalvesToWords(low + 32, high + 32, stride).As<ulong>());
            var run = TwoZmm.Select(Vector512.Create((byte)0x70), nibbles, TwoZmm.ShiftRight(lowBits, 4));
            TernaryGroups.Unpack(constants, lowBits, run, codes);
            TwoZmm.StoreAligned(nibbles, codes + Nibbles);
            var scales = TwoZmm.MultiShift(
                constants + ScaleShifts, TwoZmm.HalvesToQwords((ushort*)(low + 48), (ushort*)(high + 48), stride)).As<short>();
            TwoZmm.StoreAligned(TwoZmm.AndOr(scales, Vector512.Create((short)0x0E), Vector512.Create((short)1)), codes + Scales);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void UnpackGroups(byte* constants, byte* low, byte* high, nint stride, byte* codes, byte* units)
        {
            Unpack(constants, low, high, stride, codes);
            // 8 g - 1 where the sign of the shift is set, else 8 g + 1.
            var negative = TwoZmm.SpreadBit(TwoZmm.LoadAligned<byte>(codes + Nibbles), 7);
            var shifts = TwoZmm.AndXor(negative, Vector512.Create((byte)(-9 ^ -7)), Vector512.Create(unchecked((byte)-7)));
            TernaryGroups.StoreWeights(constants, codes, shifts, units);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TwoZmm<int> Multiply(byte* constants, byte* codes, byte* high, nint stride, byte* activations)
        {
            var nibbles = TwoZmm.LoadAligned<short>(codes + Nibbles);
            var sums = TernaryGroups.Sums(constants, codes, activations)
                + Vector512.LoadAligned((short*)(activations + TernaryGroupsLayout.PlusShift));
            // With all corrections a word is at most 16 * 9 * 127 = 18288; what overflows before comes back.
            sums = TwoZmm.SubtractWhereBit(
                sums, nibbles, 0x80, Vector512.LoadAligned((short*)(activations + TernaryGroupsLayout.First)));
            sums = TwoZmm.SubtractWhereBit(
                sums, nibbles, short.MinValue, Vector512.LoadAligned((short*)(activations + TernaryGroupsLayout.Second)));
            // A row is at most 256 * 9 * 127 * 15 = 4.4M.
            return TwoZmm.MultiplyAddAdjacent(sums, TwoZmm.LoadAligned<short>(codes + Scales));
        }
    }
}
