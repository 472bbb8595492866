using System.Runtime.CompilerServices;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>Fills panels from super-blocks that unpack row beside row (<see cref="IVectorFormat.UnpackQuads"/>).</summary>
internal static unsafe class QuadPanel<TFormat, TProducts, TUnpack, TQuads, TQuadVector, TIsa, TVector>
    where TFormat : struct, IVectorFormat
    where TProducts : struct, IProducts
    where TUnpack : struct, IIsa
    where TQuads : struct, IQuadIsa<TQuadVector>
    where TQuadVector : struct
    where TIsa : struct, IPanelIsa<TVector>
    where TVector : struct
{
    /// <summary>As in <see cref="RowPanel{TFormat, TProducts, TUnpack, TIsa, TVector}"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(in WeightMatrix weights, int first, int count, int chunk, byte* panel, byte* staging)
    {
        var blocks = weights.Row(first) + (long)chunk * TFormat.BlockBytes;
        var stride = (nint)weights.RowBytes;
        var next = new NextTile(weights, first, chunk, TFormat.BlockBytes);
        if (count < PanelLayout.TileRows)
        {
            BlockRows.Gather(blocks, stride, count, TFormat.BlockBytes, staging + PanelLayout.RowsOffset);
            blocks = staging + PanelLayout.RowsOffset;
            stride = TFormat.BlockBytes;
        }
        var bits = (uint*)staging;
        for (var row = 0; row < count; row += TQuads.Rows, blocks += TQuads.Rows * stride)
        {
            CopyScaleBits(blocks, stride, bits + row);
            TFormat.UnpackQuads<TQuads, TQuadVector, Sink>(blocks, stride, new Sink(panel, row, next));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyScaleBits(byte* block, nint stride, uint* bits)
    {
        for (var i = 0; i < TQuads.Rows; i += 4, block += 4 * stride)
        {
            bits[i] = TFormat.ScaleBits(block, 0);
            bits[i + 1] = TFormat.ScaleBits(block + stride, 0);
            bits[i + 2] = TFormat.ScaleBits(block + 2 * stride, 0);
            bits[i + 3] = TFormat.ScaleBits(block + 3 * stride, 0);
        }
    }

    private readonly struct Sink(byte* panel, nint row, NextTile next) : IQuadSink<TQuads, TQuadVector>
    {
        private readonly PanelRows<TFormat, TProducts, TQuads, TQuadVector, TIsa, TVector> _rows = new(panel, (int)row);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Scales(int index, TQuadVector scales) => _rows.StoreScales(4 * index, scales);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Mins(int index, TQuadVector mins) => _rows.StoreMins(4 * index, mins);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Weights(int sixteen, in Quads<TQuads, TQuadVector> weights)
        {
            var index = (nint)(uint)sixteen;
            _rows.StoreWeights(4 * index, TFormat.HasOffsets ? weights.Minus((byte)TFormat.Offset) : weights);
            // As many parts as rows, while 256 weights come by sixteen.
            if (TQuads.Rows == 16)
                Fetch(next.Part(row + index));
            else if ((index & 1) == 0)
                Fetch(next.Part(row + (index >>> 1)));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Fetch(byte* part)
        {
            TUnpack.Prefetch(part, intoFirstLevel: false);
            if (TFormat.BlockBytes > 64)
                TUnpack.Prefetch(part + 64, intoFirstLevel: false);
            if (TFormat.BlockBytes > 128)
                TUnpack.Prefetch(part + 128, intoFirstLevel: false);
            if (TFormat.BlockBytes > 192)
                TUnpack.Prefetch(part + 192, intoFirstLevel: false);
        }
    }
}
