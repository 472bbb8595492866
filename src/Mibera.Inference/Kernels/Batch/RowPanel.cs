using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>
/// Fills panels from super-blocks that unpack row by row (<see cref="IVectorFormat.UnpackWeights"/>): the rows of a tile in natural order
/// first, which are then transposed. With AVX-512, formats of groups unpack all rows beside each other.
/// </summary>
internal static unsafe class RowPanel<TFormat, TProducts, TUnpack, TQuads, TQuadVector, TIsa, TVector>
    where TFormat : struct, IVectorFormat
    where TProducts : struct, IProducts
    where TUnpack : struct, IIsa
    where TQuads : struct, IQuadIsa<TQuadVector>
    where TQuadVector : struct
    where TIsa : struct, IPanelIsa<TVector>
    where TVector : struct
{
    // Areas of the staging memory, each with an entry for every row of the tile; first the bits of the float scales.
    private const int ScalesOffset = PanelLayout.RowsOffset + PanelLayout.TileRows * PanelLayout.Chunk;
    private const int MinsOffset = ScalesOffset + PanelLayout.TileRows * SubBlockBytes;
    private const int PreparedOffset = MinsOffset + PanelLayout.TileRows * SubBlockBytes;
    private const int SubBlockBytes = PanelLayout.SubBlocks * sizeof(short);

    /// <summary>Whether the weights are unpacked by groups.</summary>
    private static bool Groups
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFormat.UnpacksGroups && PanelShape<TFormat, TProducts, TIsa, TVector>.BySixteen;
    }

    /// <summary>
    /// Unpacks columns [256 <paramref name="chunk"/>, 256 <paramref name="chunk"/> + 256) of <paramref name="count"/> rows from
    /// <paramref name="first"/> on. The panel's other rows are undefined.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(in WeightMatrix weights, int first, int count, int chunk, byte* panel, byte* staging)
    {
        var block = weights.Row(first) + (long)chunk * TFormat.BlockBytes;
        // The next tile's bytes, in order and skipping no line: as many as this chunk of this one has.
        var ahead = weights.Row(first + PanelLayout.TileRows) + (long)chunk * PanelLayout.TileRows * TFormat.BlockBytes;
        for (var i = 0; i < count; i++)
            PrepareSuperBlock(block + i * weights.RowBytes, i, staging);
        if (Groups)
        {
            FillGroups(block, (nint)weights.RowBytes, count, ahead, panel, staging);
            return;
        }
        var tables = TFormat.Tables;
        for (var i = 0; i < count; i++, ahead += TFormat.BlockBytes)
        {
            for (var line = 0; line < TFormat.BlockBytes; line += 64)
                TUnpack.Prefetch(ahead + line, intoFirstLevel: false);
            UnpackSuperBlock(block + i * weights.RowBytes, tables, i, staging);
        }
        TransposeWeights(panel, staging);
        if (TFormat.HasScales)
            TransposeSubBlocks(panel, staging);
    }

    private static void FillGroups(byte* blocks, nint stride, int count, byte* ahead, byte* panel, byte* staging)
    {
        if (!TFormat.HasScales || TFormat.BlockBytes > IVectorFormat.PreparedBytes)
            throw new InvalidOperationException($"{TFormat.Type} cannot be unpacked by groups.");
        if (count < PanelLayout.TileRows)
        {
            // In place of what is prepared for rows, one by one, in other formats.
            var gathered = staging + PreparedOffset;
            BlockRows.Gather(blocks, stride, count, TFormat.BlockBytes, gathered);
            blocks = gathered;
            stride = TFormat.BlockBytes;
        }
        TFormat.UnpackGroups(
            blocks, stride, ahead, panel, PanelShape<TFormat, TProducts, TIsa, TVector>.GroupBytes,
            staging + PanelLayout.RowsOffset, ScalesOffset - PanelLayout.RowsOffset);
        TransposeSubBlocks(panel, staging);
    }

    /// <summary>All but the weights of a row, and what helps to unpack them.</summary>
    private static void PrepareSuperBlock(byte* block, int row, byte* staging)
    {
        if (!Groups)
            TFormat.Prepare<TUnpack>(block, staging + PreparedOffset + row * IVectorFormat.PreparedBytes);
        ((uint*)staging)[row] = TFormat.ScaleBits(block, 0);
        if (!TFormat.HasScales)
            return;
        TFormat.SubBlocks<TUnpack>(block, out var scales, out var mins);
        (scales * Vector256.Create((short)TFormat.CommonFactor)).Store((short*)(staging + ScalesOffset) + row * PanelLayout.SubBlocks);
        // One minimum of two where they span 32; then the other half is not used.
        var joined = TFormat.ScaleSpan == 32 ? Vector256.Narrow(mins.AsInt32(), mins.AsInt32()) : mins;
        joined.Store((short*)(staging + MinsOffset) + row * PanelLayout.SubBlocks);
    }

    private static void UnpackSuperBlock(byte* block, byte* tables, int row, byte* staging)
    {
        var prepared = staging + PreparedOffset + row * IVectorFormat.PreparedBytes;
        var sink = new ByteSink { Target = staging + PanelLayout.RowsOffset + row * PanelLayout.Chunk };
        TFormat.UnpackWeights<TUnpack, ByteSink>(block, 0, tables, prepared, ref sink);
        TFormat.UnpackWeights<TUnpack, ByteSink>(block, 1, tables, prepared, ref sink);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeWeights(byte* panel, byte* staging)
    {
        var rows = staging + PanelLayout.RowsOffset;
        for (var row = 0; row < PanelLayout.TileRows; row += TQuads.Rows, rows += TQuads.Rows * PanelLayout.Chunk)
        {
            var target = new PanelRows<TFormat, TProducts, TQuads, TQuadVector, TIsa, TVector>(panel, row);
            for (var i = 0; i < PanelLayout.Chunk; i += 16)
                target.StoreWeights(i / 4, Quads<TQuads, TQuadVector>.Load(rows + i, PanelLayout.Chunk));
        }
    }

    private static void TransposeSubBlocks(byte* panel, byte* staging)
    {
        for (var row = 0; row < PanelLayout.TileRows; row += 8)
        {
            var target = new PanelRows<TFormat, TProducts, EightRowQuads<TUnpack>, Vector256<byte>, TIsa, TVector>(panel, row);
            for (var half = 0; half < 2; half++)
            {
                var pairs = staging + row * SubBlockBytes + half * 16;
                TUnpack.LoadTransposed(pairs + ScalesOffset, SubBlockBytes, out var s0, out var s1, out var s2, out var s3);
                StoreScalePair(target, 8 * half, s0);
                StoreScalePair(target, 8 * half + 2, s1);
                StoreScalePair(target, 8 * half + 4, s2);
                StoreScalePair(target, 8 * half + 6, s3);
                if (PanelShape<TFormat, TProducts, TIsa, TVector>.HasSubBlockMins)
                {
                    TUnpack.LoadTransposed(pairs + MinsOffset, SubBlockBytes, out var m0, out var m1, out var m2, out var m3);
                    target.StoreBeside(PanelLayout.MinsOffset + 4 * half, m0);
                    target.StoreBeside(PanelLayout.MinsOffset + 4 * half + 1, m1);
                    target.StoreBeside(PanelLayout.MinsOffset + 4 * half + 2, m2);
                    target.StoreBeside(PanelLayout.MinsOffset + 4 * half + 3, m3);
                }
            }
        }
    }

    /// <summary>Stores the scales of two sub-blocks of 16, given as the words of each dword.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreScalePair(
        PanelRows<TFormat, TProducts, EightRowQuads<TUnpack>, Vector256<byte>, TIsa, TVector> target, int subBlock, Vector256<byte> pairs)
    {
        var dwords = pairs.AsInt32();
        if (TIsa.SumsAreWords)
        {
            target.StoreBeside(PanelLayout.ScalesOffset + subBlock, ((dwords & Vector256.Create(0xffff)) | dwords << 16).AsByte());
            target.StoreBeside(PanelLayout.ScalesOffset + subBlock + 1, (dwords >>> 16 | (dwords & Vector256.Create(~0xffff))).AsByte());
        }
        else
        {
            target.StoreBeside(PanelLayout.ScalesOffset + subBlock, (dwords << 16 >> 16).AsByte());
            target.StoreBeside(PanelLayout.ScalesOffset + subBlock + 1, (dwords >> 16).AsByte());
        }
    }

    /// <summary>Stores weights as bytes, without offsets.</summary>
    private struct ByteSink : IChunkSink
    {
        public byte* Target;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Accept(int chunk, Vector256<byte> weights) =>
            (TFormat.HasOffsets ? weights - Vector256.Create((byte)TFormat.Offset) : weights).Store(Target + 32 * chunk);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Accept(int chunk, Vector256<byte> magnitudes, Vector256<byte> signs)
        {
            if (TFormat.CommonFactor == 2)
                magnitudes = TUnpack.Bits(magnitudes, 1, 0x7f);
            SignBits.Apply<TUnpack>(magnitudes, signs).AsByte().Store(Target + 32 * chunk);
        }
    }
}
