using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q20
{
    /// <summary>
    /// Two blocks are four units, and two vectors when unpacked, a unit in each lane. Unsigned quants; minus the sum of the
    /// activations is added at the end.
    /// </summary>
    internal readonly struct Avx512 : ISmallBlockCell
    {
        private static readonly VectorConstants Table = new(
            // From bytes 0 to 31 and 4 to 35 of two blocks: the eight bytes of each unit, twice.
            i => i / 32 * (32 + 20 - 4 - 2) + 2 + i / 16 % 2 * 8 + i % 8,
            i => i % 8 * 8 + i / 8 % 2 * 2,
            i => i % 8 * 8 + i / 8 % 2 * 2 + 4,
            // The scale of lane k to the high word of a dword, of two rows to the even and the odd ones.
            i => i / 32 * 18 + i % 2 + 64 * (i / 4 % 2));

        public static int UnitElements => 32;

        public static int GroupBytes => 2 * BlockBytes;

        public static SmallBlockLayout Layout => CrumbLayout.Instance;

        public static int PackedBytes => CrumbLayout.Size;

        public static byte* Constants => Table.Pointer;

        public static bool HasOffsets => false;

        public static bool HasHalfScales => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Scales(Vector512<uint> raw) => default;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> FourRows(
            byte* constants, byte* blocks, nint stride, byte* activations, ReadAhead ahead, out Vector512<uint> scales)
        {
            var row0 = Load(blocks);
            var row1 = Load(blocks + stride);
            var row2 = Load(blocks + 2 * stride);
            var row3 = Load(blocks + 3 * stride);
            scales = NibbleBlocks.GatherScales(row0, row1, row2, row3, Vector512.LoadAligned(constants + 192));
            ahead.FetchPart(0, 2);
            var sum0 = Row(constants, row0, activations);
            var sum1 = Row(constants, row1, activations);
            ahead.FetchPart(1, 2);
            return NibbleBlocks.AddWords(sum0, sum1, Row(constants, row2, activations), Row(constants, row3, activations))
                + Vector512.LoadAligned((int*)(activations + CrumbLayout.OffsetsOffset));
        }

        /// <summary>All 36 bytes of two blocks, and nothing else.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<byte> Load(byte* blocks) => Zmm.LoadHalves(blocks, blocks + 4);

        /// <summary>Words: at most 4 * 3 * 127 = 1524.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<short> Row(byte* constants, Vector512<byte> bytes, byte* activations)
        {
            var twice = Avx512Vbmi.PermuteVar64x8(bytes, Vector512.LoadAligned(constants)).AsUInt64();
            return Products(twice, constants + 64, activations) + Products(twice, constants + 128, activations + 64);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<short> Products(Vector512<ulong> twice, byte* shifts, byte* activations) =>
            Avx512BW.MultiplyAddAdjacent(
                Avx512Vbmi.MultiShift(Vector512.LoadAligned(shifts), twice) & Vector512.Create((byte)3),
                Vector512.LoadAligned((sbyte*)activations));
    }
}
