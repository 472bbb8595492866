using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q10
{
    /// <summary>
    /// A block is four units of four bytes, a lane the block of a row. A bit stands for 0 or 2; minus the sum of the
    /// activations is added at the end.
    /// </summary>
    internal readonly struct Avx512 : ISmallBlockCell
    {
        public static int UnitElements => 32;

        public static int GroupBytes => BlockBytes;

        public static SmallBlockLayout Layout => BitLayout.Instance;

        public static int PackedBytes => BitLayout.Size;

        public static byte* Constants => null;

        public static bool HasOffsets => false;

        public static bool HasHalfScales => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Scales(Vector512<uint> raw) => default;

        /// <summary>Words: at most 8 * 2 * 2 * 127 = 4064.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> FourRows(
            byte* constants, byte* blocks, nint stride, byte* activations, ReadAhead ahead, out Vector512<uint> scales)
        {
            // The same scale for all units of a row.
            var rows = Vector128.Create(
                (uint)*(ushort*)blocks, *(ushort*)(blocks + stride),
                *(ushort*)(blocks + 2 * stride), *(ushort*)(blocks + 3 * stride)).ToVector256Unsafe().ToVector512Unsafe();
            scales = Avx512F.Shuffle4x128(rows, rows, 0) << 16;
            ahead.FetchPart(0, 1);
            var bits = Zmm.LoadLanes(blocks + 2, stride);
            var sums = Product(bits, 0, activations) + Product(bits, 1, activations)
                + (Product(bits, 2, activations) + Product(bits, 3, activations))
                + (Product(bits, 4, activations) + Product(bits, 5, activations)
                    + (Product(bits, 6, activations) + Product(bits, 7, activations)));
            // From dword = unit, lane = row to dword = row, lane = unit.
            var units = Avx512F.PermuteVar16x32(
                Avx512BW.MultiplyAddAdjacent(sums, Vector512.Create((short)1)),
                Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
            return units + Vector512.LoadAligned((int*)(activations + BitLayout.OffsetsOffset));
        }

        /// <summary>A matrix over GF(2) moves the bit to bit 1 of its byte.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<short> Product(Vector512<byte> bits, int bit, byte* activations) =>
            Avx512BW.MultiplyAddAdjacent(
                Gfni.V512.GaloisFieldAffineTransform(bits, Vector512.Create(0x0001_0000_0000_0000ul << bit).AsByte(), 0),
                Zmm.LoadFourTimes(activations + 16 * bit).AsSByte());
    }
}
