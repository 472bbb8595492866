using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>What the cells of 32-weight formats with nibbles share.</summary>
internal static unsafe class NibbleBlocks
{
    /// <summary>The index for <see cref="Gather"/> of a zero.</summary>
    public const int ZeroIndex = 127;

    /// <summary>
    /// Byte <paramref name="i"/> of the indices for <see cref="Gather"/> that take 16 bytes of each of four blocks, from
    /// <paramref name="offset"/> on; lane k: block k.
    /// </summary>
    public static int Quants(int i, int blockBytes, int offset) => Index(i / 16 * blockBytes + offset + i % 16, blockBytes);

    /// <summary>The index for <see cref="Gather"/> of byte <paramref name="position"/> of four blocks.</summary>
    public static int Index(int position, int blockBytes) => position < 64 ? position : position - (4 * blockBytes - 32) + 64;

    /// <summary>
    /// Byte <paramref name="i"/> of the indices that take the scales (and what follows them) of four blocks of two rows from
    /// their first 64 bytes: rows 0 and 1 to dwords 0, 1 of lane k, rows 2 and 3 to dwords 2, 3.
    /// </summary>
    public static int Scales(int i, int blockBytes, int offset) =>
        (i / 16 * blockBytes + offset + i % 4 & 63) + 64 * (i / 4 % 2);

    /// <summary>
    /// The products of four blocks of four rows, and their scales. Constants: the indices by <see cref="Quants"/>, then those
    /// by <see cref="Scales"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> FourRows(
        byte* constants, byte* blocks, nint stride, int blockBytes, byte* activations, ReadAhead ahead,
        out Vector512<uint> scales)
    {
        var row0 = Vector512.Load(blocks);
        var row1 = Vector512.Load(blocks + stride);
        var row2 = Vector512.Load(blocks + 2 * stride);
        var row3 = Vector512.Load(blocks + 3 * stride);
        scales = GatherScales(row0, row1, row2, row3, Vector512.LoadAligned(constants + 64));
        var indices = Vector512.LoadAligned(constants);
        ahead.FetchPart(0, 4);
        var sum0 = Row(row0, indices, blocks, blockBytes, activations);
        ahead.FetchPart(1, 4);
        var sum1 = Row(row1, indices, blocks + stride, blockBytes, activations);
        ahead.FetchPart(2, 4);
        var sum2 = Row(row2, indices, blocks + 2 * stride, blockBytes, activations);
        ahead.FetchPart(3, 4);
        var sum3 = Row(row3, indices, blocks + 3 * stride, blockBytes, activations);
        return AddWords(sum0, sum1, sum2, sum3);
    }

    /// <summary>Bytes of four blocks (of 128 bytes at most), by <see cref="Index"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Gather(Vector512<byte> firstBytes, byte* blocks, int blockBytes, Vector512<byte> indices) =>
        Avx512Vbmi.PermuteVar64x8x2(
            firstBytes, indices, Vector256.Load(blocks + (4 * blockBytes - 32)).ToVector512());

    /// <summary>The scales of four blocks of four rows, of which the first 64 bytes are given, by <see cref="Scales"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> GatherScales(
        Vector512<byte> row0, Vector512<byte> row1, Vector512<byte> row2, Vector512<byte> row3, Vector512<byte> indices)
    {
        var rows01 = Avx512Vbmi.PermuteVar64x8x2(row0, indices, row1).AsUInt64();
        var rows23 = Avx512Vbmi.PermuteVar64x8x2(row2, indices, row3).AsUInt64();
        return Avx512F.UnpackLow(rows01, rows23).AsUInt32();
    }

    /// <summary>Dword r of lane k from the first dword of lane k of row r.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> JoinScales(
        Vector512<byte> row0, Vector512<byte> row1, Vector512<byte> row2, Vector512<byte> row3) =>
        Avx512F.UnpackLow(
            Avx512F.UnpackLow(row0.AsUInt32(), row1.AsUInt32()).AsUInt64(),
            Avx512F.UnpackLow(row2.AsUInt32(), row3.AsUInt32()).AsUInt64()).AsUInt32();

    /// <summary>The high nibbles; a matrix product over bits shifts bytes, which no shift instruction does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> HighNibbles(Vector512<byte> bytes) =>
        Gfni.V512.GaloisFieldAffineTransform(bytes, Vector512.Create(BitMatrix.HighNibble).AsByte(), 0);

    /// <summary>The products of unsigned low and high weights, added in words: at most 4 * 31 * 127 = 15748.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Multiply(Vector512<byte> low, Vector512<byte> high, byte* activations) =>
        Avx512BW.MultiplyAddAdjacent(low, Vector512.LoadAligned((sbyte*)activations))
        + Avx512BW.MultiplyAddAdjacent(high, Vector512.LoadAligned((sbyte*)activations + 64));

    /// <summary>
    /// Adds the words of each lane, of four rows at once: dword r of a lane is the sum of row r. Two words of
    /// <see cref="Multiply"/> still fit one: 31496.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddWords(
        Vector512<short> row0, Vector512<short> row1, Vector512<short> row2, Vector512<short> row3)
    {
        var ones = Vector512.Create((short)1);
        var sums01 = Avx512F.UnpackLow(row0.AsInt32(), row1.AsInt32()).AsInt16()
            + Avx512F.UnpackHigh(row0.AsInt32(), row1.AsInt32()).AsInt16();
        var sums23 = Avx512F.UnpackLow(row2.AsInt32(), row3.AsInt32()).AsInt16()
            + Avx512F.UnpackHigh(row2.AsInt32(), row3.AsInt32()).AsInt16();
        var dwords01 = Avx512BW.MultiplyAddAdjacent(sums01, ones).AsUInt64();
        var dwords23 = Avx512BW.MultiplyAddAdjacent(sums23, ones).AsUInt64();
        return Avx512F.UnpackLow(dwords01, dwords23).AsInt32() + Avx512F.UnpackHigh(dwords01, dwords23).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Row(
        Vector512<byte> firstBytes, Vector512<byte> indices, byte* blocks, int blockBytes, byte* activations)
    {
        var quants = Gather(firstBytes, blocks, blockBytes, indices);
        return Multiply(quants & Vector512.Create((byte)15), HighNibbles(quants), activations);
    }
}
