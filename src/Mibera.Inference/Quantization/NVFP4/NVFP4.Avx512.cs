using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct NVFP4
{
    /// <summary>A block is four units, and one vector when unpacked: a unit in each lane.</summary>
    internal readonly struct Avx512 : ISmallBlockCell
    {
        private static readonly VectorConstants Table = new(
            // The eight bytes of each unit, twice; low nibbles of the first copy, high ones of the second.
            i => i / 16 * 8 + i % 8,
            i => i % 8 * 8 + i / 8 % 2 * 4,
            i => (i & 16) == 0 ? Codebooks.Fp4[i & 15] : -Codebooks.Fp4[i & 15],
            // Scale k of row r to the low byte of dword r of lane k.
            i => i % 4 == 0 ? i / 4 % 4 * 4 + i / 16 : 63);

        public static int UnitElements => 16;

        public static int GroupBytes => BlockBytes;

        public static SmallBlockLayout Layout => SignedHalvesLayout.Instance;

        public static int PackedBytes => SignedHalvesLayout.Size;

        public static byte* Constants => Table.Pointer;

        public static bool HasOffsets => false;

        public static bool HasHalfScales => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Scales(Vector512<uint> raw) => SmallFloats.HalfOfUE4M3(raw);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> FourRows(
            byte* constants, byte* blocks, nint stride, byte* activations, ReadAhead ahead, out Vector512<uint> scales)
        {
            var rows = Vector128.Create(
                *(uint*)blocks, *(uint*)(blocks + stride), *(uint*)(blocks + 2 * stride), *(uint*)(blocks + 3 * stride));
            scales = Avx512Vbmi.PermuteVar64x8(
                rows.ToVector256().ToVector512().AsByte(), Vector512.LoadAligned(constants + 192)).AsUInt32();
            var quants = blocks + 4;
            ahead.FetchPart(0, 4);
            var sum0 = Row(constants, quants, activations);
            ahead.FetchPart(1, 4);
            var sum1 = Row(constants, quants + stride, activations);
            ahead.FetchPart(2, 4);
            var sum2 = Row(constants, quants + 2 * stride, activations);
            ahead.FetchPart(3, 4);
            return NibbleBlocks.AddWords(sum0, sum1, sum2, Row(constants, quants + 3 * stride, activations));
        }

        /// <summary>Words: at most 2 * 12 * 127 = 3048.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<short> Row(byte* constants, byte* quants, byte* activations)
        {
            var twice = Avx512Vbmi.PermuteVar64x8(
                Vector256.Load(quants).ToVector512Unsafe(), Vector512.LoadAligned(constants)).AsUInt64();
            var index = Zmm.Select(
                Vector512.Create((byte)15), Avx512Vbmi.MultiShift(Vector512.LoadAligned(constants + 64), twice),
                Vector512.LoadAligned(activations + SignedHalvesLayout.SignsOffset));
            return Avx512BW.MultiplyAddAdjacent(
                Vector512.LoadAligned(activations),
                Avx512Vbmi.PermuteVar64x8(Vector512.LoadAligned(constants + 128), index).AsSByte());
        }
    }
}
