using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct MXFP4
{
    /// <summary>As IQ4_NL: the sign of the activation is part of the look-up's index.</summary>
    internal readonly struct Avx512 : ISmallBlockCell
    {
        private static readonly VectorConstants Table = new(
            i => NibbleBlocks.Quants(i, BlockBytes, 1),
            i => NibbleBlocks.Scales(i, BlockBytes, 0),
            i => (i & 16) == 0 ? Codebooks.Fp4[i & 15] : -Codebooks.Fp4[i & 15]);

        public static int UnitElements => 32;

        public static int GroupBytes => 4 * BlockBytes;

        public static SmallBlockLayout Layout => SignedNibbleLayout.Instance;

        public static int PackedBytes => SignedNibbleLayout.Size;

        public static byte* Constants => Table.Pointer;

        public static bool HasOffsets => false;

        public static bool HasHalfScales => false;

        /// <summary>E8M0 in the low byte; the others hold quants.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Scales(Vector512<uint> raw) =>
            SmallFloats.HalfOfE8M0(raw & Vector512.Create(0xffu));

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
            ahead.FetchPart(0, 4);
            var sum0 = Row(codebook, NibbleBlocks.Gather(row0, blocks, BlockBytes, indices), activations);
            ahead.FetchPart(1, 4);
            var sum1 = Row(codebook, NibbleBlocks.Gather(row1, blocks + stride, BlockBytes, indices), activations);
            ahead.FetchPart(2, 4);
            var sum2 = Row(codebook, NibbleBlocks.Gather(row2, blocks + 2 * stride, BlockBytes, indices), activations);
            ahead.FetchPart(3, 4);
            var sum3 = Row(codebook, NibbleBlocks.Gather(row3, blocks + 3 * stride, BlockBytes, indices), activations);
            return NibbleBlocks.AddWords(sum0, sum1, sum2, sum3);
        }

        /// <summary>Words: at most 4 * 12 * 127 = 6096.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<short> Row(Vector512<byte> codebook, Vector512<byte> quants, byte* y)
        {
            var nibble = Vector512.Create((byte)15);
            var signs = y + SignedNibbleLayout.SignsOffset;
            return Products(y, codebook, Zmm.Select(nibble, quants, Vector512.LoadAligned(signs)))
                + Products(
                    y + 64, codebook,
                    Zmm.Select(nibble, (quants.AsUInt16() >>> 4).AsByte(), Vector512.LoadAligned(signs + 64)));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<short> Products(byte* magnitudes, Vector512<byte> codebook, Vector512<byte> indices) =>
            Avx512BW.MultiplyAddAdjacent(
                Vector512.LoadAligned(magnitudes), Avx512Vbmi.PermuteVar64x8(codebook, indices).AsSByte());
    }
}
