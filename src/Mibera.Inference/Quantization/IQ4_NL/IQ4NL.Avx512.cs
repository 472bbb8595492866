using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ4NL
{
    /// <summary>As IQ4_XS: the sign of the activation is part of the look-up's index.</summary>
    internal readonly struct Avx512 : ISmallBlockCell
    {
        private static readonly VectorConstants Table = new(
            i => NibbleBlocks.Quants(i, IQ4NL.BlockBytes, 2),
            i => NibbleBlocks.Scales(i, IQ4NL.BlockBytes, -2),
            i => (i & 16) == 0 ? Codebooks.Iq4Nl[i & 15] : -Codebooks.Iq4Nl[i & 15]);

        public static int UnitElements => 32;

        public static int GroupBytes => 4 * BlockBytes;

        public static SmallBlockLayout Layout => SignedNibbleLayout.Instance;

        public static int PackedBytes => SignedNibbleLayout.Size;

        public static byte* Constants => Table.Pointer;

        public static bool HasOffsets => false;

        public static bool HasHalfScales => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Scales(Vector512<uint> raw) => default;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> FourRows(
            byte* constants, byte* blocks, nint stride, byte* activations, ReadAhead ahead, out Vector512<uint> scales)
        {
            var row0 = Vector512.Load(blocks);
            var row1 = Vector512.Load(blocks + stride);
            var row2 = Vector512.Load(blocks + 2 * stride);
            var row3 = Vector512.Load(blocks + 3 * stride);
            scales = NibbleBlocks.GatherScales(row0, row1, row2, row3, Vector512.LoadAligned(constants + 64));
            var indices = Vector512.LoadAligned(constants);
            var codebook = Vector512.LoadAligned(constants + 128);
            // Loaded once for four rows: Zen 4 has one 512-bit load a cycle.
            var low = Vector512.LoadAligned(activations);
            var high = Vector512.LoadAligned(activations + 64);
            var lowSigns = Vector512.LoadAligned(activations + SignedNibbleLayout.SignsOffset);
            var highSigns = Vector512.LoadAligned(activations + SignedNibbleLayout.SignsOffset + 64);
            ahead.FetchPart(0, 4);
            var sum0 = Row(codebook, NibbleBlocks.Gather(row0, blocks, BlockBytes, indices), low, high, lowSigns, highSigns);
            ahead.FetchPart(1, 4);
            var sum1 = Row(codebook, NibbleBlocks.Gather(row1, blocks + stride, BlockBytes, indices), low, high, lowSigns, highSigns);
            ahead.FetchPart(2, 4);
            var sum2 = Row(codebook, NibbleBlocks.Gather(row2, blocks + 2 * stride, BlockBytes, indices), low, high, lowSigns, highSigns);
            ahead.FetchPart(3, 4);
            var sum3 = Row(codebook, NibbleBlocks.Gather(row3, blocks + 3 * stride, BlockBytes, indices), low, high, lowSigns, highSigns);
            return Zmm.AddDwords(sum0, sum1, sum2, sum3);
        }

        /// <summary>A pair is as much as 2 * 127 * 127 = 32258, so two do not fit a word.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Row(
            Vector512<byte> codebook, Vector512<byte> quants, Vector512<byte> low, Vector512<byte> high,
            Vector512<byte> lowSigns, Vector512<byte> highSigns)
        {
            var nibble = Vector512.Create((byte)15);
            return Products(low, codebook, Zmm.Select(nibble, quants, lowSigns))
                + Products(high, codebook, Zmm.Select(nibble, (quants.AsUInt16() >>> 4).AsByte(), highSigns));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Products(Vector512<byte> magnitudes, Vector512<byte> codebook, Vector512<byte> indices) =>
            Avx512BW.MultiplyAddAdjacent(
                Avx512BW.MultiplyAddAdjacent(magnitudes, Avx512Vbmi.PermuteVar64x8(codebook, indices).AsSByte()),
                Vector512.Create((short)1));
    }
}
