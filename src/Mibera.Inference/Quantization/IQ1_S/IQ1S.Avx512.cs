using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ1S
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

        private static readonly VectorConstants Table = new([
            .. TernaryGroups.Constants,
            // Three bits for each group, from words in dwords, to bits 4 to 6.
            i => (i / 4 % 2 * 32 + i % 4 * 3 + 60) % 64,
            // To each word: the scale in bits 1 to 3, the sign of the shift in the top bit.
            i => i / 4 % 2 * 32 + (i % 2 == 0 ? 11 : 8)]);

        public static int BlockBytes => 50;

        public static SuperBlockLayout Layout => TernaryGroupsLayout.Instance;

        public static int PackedBytes => TernaryGroupsLayout.Size;

        public static byte* Constants => Table.Pointer;

        public static int CodeBytes => TernaryGroups.CodeBytes + 128;

        public static float ScaleUnit => 0.125f;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint HalfScale(byte* block) => *(ushort*)block;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> Finish(Vector512<int> sums) => sums;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Unpack(byte* constants, byte* low, byte* high, nint stride, byte* codes)
        {
            var lowBits = TwoZmm.LoadHalves(low + 2, high + 2, stride);
            var words = TwoZmm.HalvesToDwords((ushort*)(low + 34), (ushort*)(high + 34), stride).As<ulong>();
            var run = TwoZmm.Select(
                Vector512.Create((byte)0x70), TwoZmm.MultiShift(constants + IndexShifts, words), TwoZmm.ShiftRight(lowBits, 4));
            TernaryGroups.Unpack(constants, lowBits, run, codes);
            TwoZmm.StoreAligned(TwoZmm.MultiShift(constants + ScaleShifts, words), codes + TernaryGroups.CodeBytes);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void UnpackGroups(byte* constants, byte* low, byte* high, nint stride, byte* codes, byte* units)
        {
            Unpack(constants, low, high, stride, codes);
            TernaryGroups.StoreWeights(constants, codes, default, units);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TwoZmm<int> Multiply(byte* constants, byte* codes, byte* high, nint stride, byte* activations)
        {
            var sums = TernaryGroups.Sums(constants, codes, activations);
            var scales = TwoZmm.LoadAligned<short>(codes + TernaryGroups.CodeBytes);
            // With the correction a word is at most 16 * 9 * 127 = 18288; what overflows before comes back.
            sums += TwoZmm.SelectNegative(
                scales, Vector512.LoadAligned((short*)(activations + TernaryGroupsLayout.MinusShift)),
                Vector512.LoadAligned((short*)(activations + TernaryGroupsLayout.PlusShift)));
            // A row is at most 256 * 9 * 127 * 15 = 4.4M.
            return TwoZmm.MultiplyAddAdjacent(
                sums, TwoZmm.AndOr(scales, Vector512.Create((short)0x0E), Vector512.Create((short)1)));
        }
    }
}
