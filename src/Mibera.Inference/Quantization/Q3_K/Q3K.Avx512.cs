using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q3K
{
    /// <summary>
    /// Four rows transposed. A vector of quants holds the block's first 128 weights in its lower half, the others in the
    /// upper one. High bits 0-3 of the 32 bytes belong to the lower half, 4-7 to the upper one, so each half has a nibble
    /// free that the other's quants can take: one select joins quants and high bits of two fields, and a matrix product over
    /// bits takes each field from there. Four slots do so, in this order of fields:
    /// <code>
    /// slot          0  1  2  3
    /// lower half    2  3  0  1      of the quants as they are (slots 0, 1),
    /// upper half    0  1  2  3      and with their nibbles swapped (2, 3)
    /// </code>
    /// </summary>
    internal readonly struct Avx512 : ISuperBlockCell
    {
        private static readonly OffsetLayout SharedLayout = new(
            [.. Enumerable.Range(0, 16).Select(i => (byte)(8 * (i / 2 % 2) + 2 * Field(i / 4, i / 2 % 2) + i % 2))], offset: 4);

        private static readonly VectorConstants Table = new(
            // Which bits come from the quants, and how far to rotate them (in dwords) for slots 2, 3.
            i => i < 32 ? 0xf0 : 0x0f,
            i => i % 4 > 0 ? 0 : i < 32 ? 4 : 28,
            // Bits 0, 1, 2 of each slot's quants.
            i => i < 32 ? VectorConstants.BitMatrix(i, 4, 5, 2) : VectorConstants.BitMatrix(i, 0, 1, 4),
            i => i < 32 ? VectorConstants.BitMatrix(i, 6, 7, 3) : VectorConstants.BitMatrix(i, 2, 3, 5),
            i => i < 32 ? VectorConstants.BitMatrix(i, 4, 5, 0) : VectorConstants.BitMatrix(i, 0, 1, 6),
            i => i < 32 ? VectorConstants.BitMatrix(i, 6, 7, 1) : VectorConstants.BitMatrix(i, 2, 3, 7),
            // Scales, from lane = row (bytes 94-109 of the block) to dword = row, byte = slot: low bits, and the shift (in
            // dwords) that moves those of the upper half; then high bits, and where they lie in their qword.
            i => 16 * (i / 4 % 4) + 2 + Scale(i) % 8,
            i => i % 4 == 0 && i >= 32 ? 4 : 0,
            i => 16 * (i / 4 % 4) + 10 + Scale(i) % 4,
            i => 8 * (i % 8) + 2 * (Scale(i) / 4) - 4 & 63,
            // From there to words, the scale of a slot in the high byte of each: 256 times the signed scale.
            i => i % 2 == 0 ? 0x80 : i / 4 % 4 * 4,
            i => i % 2 == 0 ? 0x80 : i / 4 % 4 * 4 + 1,
            i => i % 2 == 0 ? 0x80 : i / 4 % 4 * 4 + 2,
            i => i % 2 == 0 ? 0x80 : i / 4 % 4 * 4 + 3);

        public static int BlockBytes => Q3K.BlockBytes;

        public static SuperBlockLayout Layout => SharedLayout;

        public static int PackedBytes => OffsetLayout.Size;

        public static byte* Constants => Table.Pointer;

        public static bool HasMins => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint RawScales(byte* block) => *(uint*)(block + 106);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Scales(Vector512<uint> raw) => Zmm.HighHalfToSingle(raw, 1f);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> MinScales(Vector512<uint> raw) => default;

        /// <summary>Takes out the 256 of the scales: at most 256 * 256 * 4 * 127 * 32 = 1.07e9 before.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> Finish(Vector512<int> sums) => sums >> 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> EightRows(
            byte* constants, byte* block, nint stride, byte* activations, out Vector512<int> minimums)
        {
            minimums = default;
            return Zmm.AddHalves(
                FourRows(constants, block, stride, activations),
                FourRows(constants, block + 4 * stride, stride, activations));
        }

        /// <summary>The field (bits 2f, 2f + 1 of the quants) of a slot in half <paramref name="half"/> of a vector.</summary>
        private static int Field(int slot, int half) => half == 0 ? (slot + 2) % 4 : slot;

        /// <summary>The sub-block scale at byte <paramref name="i"/> of the transposed scales.</summary>
        private static int Scale(int i) => 8 * (i / 32) + 2 * Field(i % 4, i / 32) + i / 16 % 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> FourRows(byte* constants, byte* block, nint stride, byte* activations)
        {
            var scales = SubBlockScales(constants, block, stride);
            var quants = block + 32;
            var (q0, q1, q2, q3) = Zmm.Transpose(
                Vector512.Load(quants), Vector512.Load(quants + stride),
                Vector512.Load(quants + 2 * stride), Vector512.Load(quants + 3 * stride));
            var (h0, h1, h2, h3) = Zmm.Transpose(
                Zmm.LoadTwice(block), Zmm.LoadTwice(block + stride),
                Zmm.LoadTwice(block + 2 * stride), Zmm.LoadTwice(block + 3 * stride));
            var mask = Vector512.LoadAligned(constants);
            var (a0, a1) = (Zmm.Select(mask, q0, h0), Zmm.Select(mask, q1, h1));
            var (a2, a3) = (Zmm.Select(mask, q2, h2), Zmm.Select(mask, q3, h3));
            var sum = Slot(constants, 0, a0, a1, a2, a3, activations, scales)
                + Slot(constants, 1, a0, a1, a2, a3, activations, scales);
            var swap = Vector512.LoadAligned((uint*)(constants + 64));
            (a0, a1) = (Zmm.Select(mask, Swap(q0, swap), h0), Zmm.Select(mask, Swap(q1, swap), h1));
            (a2, a3) = (Zmm.Select(mask, Swap(q2, swap), h2), Zmm.Select(mask, Swap(q3, swap), h3));
            return sum + (Slot(constants, 2, a0, a1, a2, a3, activations, scales)
                + Slot(constants, 3, a0, a1, a2, a3, activations, scales));
        }

        /// <summary>Moves the nibbles that the select takes to where it takes them from; the others do not matter.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<byte> Swap(Vector512<byte> quants, Vector512<uint> count) =>
            Avx512F.RotateLeftVariable(quants.AsUInt32(), count).AsByte();

        /// <summary>
        /// Quants 0 to 7 and the offset -4 times their activations: without it |sum of 8| is at most 7112, with it 4064.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Slot(
            byte* constants, int slot, Vector512<byte> c0, Vector512<byte> c1, Vector512<byte> c2, Vector512<byte> c3,
            byte* activations, Vector512<byte> scales)
        {
            var y = (sbyte*)activations + 256 * slot;
            var offset = Vector512.LoadAligned((short*)(activations + TransposedLayout.SumsOffset + 64 * slot));
            var field = Vector512.LoadAligned(constants + 128 + 64 * slot);
            var sum = Avx512BW.MultiplyAddAdjacent(Bits(c0, field), Vector512.LoadAligned(y)) + offset
                + Avx512BW.MultiplyAddAdjacent(Bits(c1, field), Vector512.LoadAligned(y + 64))
                + (Avx512BW.MultiplyAddAdjacent(Bits(c2, field), Vector512.LoadAligned(y + 128))
                    + Avx512BW.MultiplyAddAdjacent(Bits(c3, field), Vector512.LoadAligned(y + 192)));
            return Avx512BW.MultiplyAddAdjacent(
                sum, Avx512BW.Shuffle(scales, Vector512.LoadAligned(constants + 640 + 64 * slot)).AsInt16());
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<byte> Bits(Vector512<byte> bytes, Vector512<byte> matrix) =>
            Gfni.V512.GaloisFieldAffineTransform(bytes, matrix, 0);

        /// <summary>The scales of four rows, signed: byte s of dword r of a lane is that of slot s in row r.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<byte> SubBlockScales(byte* constants, byte* block, nint stride)
        {
            // The last 16 bytes of the block: two of quants, 12 of scales, d.
            var packed = Zmm.LoadLanes(block + 94, stride);
            var low = Avx512F.ShiftRightLogicalVariable(
                Avx512Vbmi.PermuteVar64x8(packed, Vector512.LoadAligned(constants + 384)).AsUInt32(),
                Vector512.LoadAligned((uint*)(constants + 448))).AsByte();
            var high = Avx512Vbmi.MultiShift(
                Vector512.LoadAligned(constants + 576),
                Avx512Vbmi.PermuteVar64x8(packed, Vector512.LoadAligned(constants + 512)).AsUInt64());
            return (Zmm.Select(Vector512.Create((byte)15), low, high) & Vector512.Create((byte)63)) - Vector512.Create((byte)32);
        }
    }
}
