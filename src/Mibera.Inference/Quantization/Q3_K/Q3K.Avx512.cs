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
    /// Rows transposed. A vector of quants holds the block's first 128 weights in its lower half, the others in the
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
            byte* constants, byte* block, nint stride, byte* activations, ReadAhead ahead, out Vector512<int> minimums)
        {
            minimums = default;
            var scales = SubBlockScales(constants, block, stride);
            var mask = Vector512.LoadAligned(constants);
            var swap = Vector512.LoadAligned((uint*)(constants + 64));
            Join(mask, swap, block, stride, out var rows0, out var swapped0);
            Join(mask, swap, block + stride, stride, out var rows1, out var swapped1);
            Join(mask, swap, block + 2 * stride, stride, out var rows2, out var swapped2);
            Join(mask, swap, block + 3 * stride, stride, out var rows3, out var swapped3);
            var rows = new TransposedRows(rows0, rows1, rows2, rows3);
            var sums = Slot(constants, 0, rows, activations, ahead, scales) + Slot(constants, 1, rows, activations, ahead, scales);
            rows = new TransposedRows(swapped0, swapped1, swapped2, swapped3);
            sums += Slot(constants, 2, rows, activations, ahead, scales) + Slot(constants, 3, rows, activations, ahead, scales);
            return Zmm.AddHalves(sums.A, sums.B);
        }

        /// <summary>The field (bits 2f, 2f + 1 of the quants) of a slot in half <paramref name="half"/> of a vector.</summary>
        private static int Field(int slot, int half) => half == 0 ? (slot + 2) % 4 : slot;

        /// <summary>The sub-block scale at byte <paramref name="i"/> of the transposed scales.</summary>
        private static int Scale(int i) => 8 * (i / 32) + 2 * Field(i % 4, i / 32) + i / 16 % 2;

        /// <summary>
        /// Quants and high bits of two rows, four rows apart: as the quants are, and with those nibbles swapped that the select then
        /// takes from where it takes them.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Join(
            Vector512<byte> mask, Vector512<uint> swap, byte* block, nint stride, out TwoZmm<byte> rows, out TwoZmm<byte> swapped)
        {
            var quants = TwoZmm.Load(block + 32, 4 * stride);
            var high = TwoZmm.LoadTwice(block, 4 * stride);
            rows = TwoZmm.Select(mask, quants, high);
            var rotated = new TwoZmm<uint>(
                Avx512F.RotateLeftVariable(quants.A.AsUInt32(), swap), Avx512F.RotateLeftVariable(quants.B.AsUInt32(), swap));
            swapped = TwoZmm.Select(mask, rotated.As<byte>(), high);
        }

        /// <summary>
        /// Quants 0 to 7 and the offset -4 times their activations: without it |sum of 8| is at most 7112, with it 4064.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TwoZmm<int> Slot(
            byte* constants, int slot, in TransposedRows rows, byte* activations, ReadAhead ahead, TwoZmm<byte> scales)
        {
            var y = Vector512.LoadAligned((int*)activations + 16 * slot);
            var offset = Vector512.LoadAligned((short*)(activations + TransposedLayout.SumsOffset + 64 * slot));
            var field = Vector512.LoadAligned(constants + 128 + 64 * slot);
            ahead.FetchPart(2 * slot, 8);
            var sums = TransposedRows.Multiply0(TwoZmm.Affine(field, rows.C0), y) + offset
                + TransposedRows.Multiply1(TwoZmm.Affine(field, rows.C1), y);
            ahead.FetchPart(2 * slot + 1, 8);
            sums += TransposedRows.Multiply2(TwoZmm.Affine(field, rows.C2), y)
                + TransposedRows.Multiply3(TwoZmm.Affine(field, rows.C3), y);
            return TwoZmm.MultiplyAddAdjacent(sums, TwoZmm.Shuffle(scales, constants + 640 + 64 * slot).As<short>());
        }

        /// <summary>The scales of eight rows, signed: byte s of dword r of a lane is that of slot s in row r (or r + 4).</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TwoZmm<byte> SubBlockScales(byte* constants, byte* block, nint stride)
        {
            // The last 16 bytes of the block: two of quants, 12 of scales, d.
            var packed = TwoZmm.LoadLanes(block + 94, block + 94 + 4 * stride, stride);
            var low = TwoZmm.LookUpIn(packed, constants + 384).As<uint>();
            var shifts = Vector512.LoadAligned((uint*)(constants + 448));
            low = new(Avx512F.ShiftRightLogicalVariable(low.A, shifts), Avx512F.ShiftRightLogicalVariable(low.B, shifts));
            var high = TwoZmm.MultiShift(constants + 576, TwoZmm.LookUpIn(packed, constants + 512).As<ulong>());
            return (TwoZmm.Select(Vector512.Create((byte)15), low.As<byte>(), high) & Vector512.Create((byte)63))
                - Vector512.Create((byte)32);
        }
    }
}
