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
    /// <summary>As in <see cref="RowPanel{TFormat, TProducts, TUnpack, TQuads, TQuadVector, TIsa, TVector}"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(in WeightMatrix weights, int first, int count, int chunk, byte* panel, byte* staging)
    {
        var offset = (long)chunk * TFormat.BlockBytes;
        var blocks = weights.Row(first) + offset;
        var stride = (nint)weights.RowBytes;
        var next = new NextTile<TUnpack>(weights, first, offset, TFormat.BlockBytes);
        if (count < PanelLayout.TileRows)
        {
            BlockRows.Gather(blocks, stride, count, TFormat.BlockBytes, staging + PanelLayout.RowsOffset);
            blocks = staging + PanelLayout.RowsOffset;
            stride = TFormat.BlockBytes;
        }
        var bits = (uint*)staging;
        for (var row = 0; row < count; row += TQuads.Rows, blocks += TQuads.Rows * stride)
        {
            FetchRows(ref next);
            UnitScales<TFormat, TProducts, TUnpack, TIsa, TVector>.CopyBits(blocks, stride, 0, TQuads.Rows, bits + row);
            if (PanelShape<TFormat, TProducts, TIsa, TVector>.Words)
            {
                var sink = new WordSink(panel, row, next);
                TFormat.UnpackQuads<TQuads, TQuadVector, WordSink>(blocks, stride, ref sink);
                next = sink.Next;
            }
            else
            {
                var sink = new ByteSink(panel, row, next);
                TFormat.UnpackQuads<TQuads, TQuadVector, ByteSink>(blocks, stride, ref sink);
                next = sink.Next;
            }
            if (TQuads.Rows > 8)
                FetchRows(ref next);
        }
    }

    /// <summary>Fetches eight parts at once, unless they are to come one by one.</summary>
    private static void FetchRows(ref NextTile<TUnpack> next)
    {
        if (next.OneByOne)
            return;
        for (var i = 0; i < 8; i++)
            next.Fetch(TFormat.BlockBytes);
    }

    /// <summary>
    /// Fetches a part with sixteen weights of as many rows, or with every second sixteen of eight rows, if they are to come one by one: on
    /// Golden Cove, from memory, four inputs are 1.05 to 1.15 times as fast as with those of sixteen rows at once.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(ref NextTile<TUnpack> next, int sixteen)
    {
        if (next.OneByOne && (TQuads.Rows == 16 || (sixteen & 1) == 0))
            next.Fetch(TFormat.BlockBytes);
    }

    // Two, since what is inlined into a branch that is not taken counts for the compiler's limits, too.

    /// <summary>Stores bytes, without offsets.</summary>
    private struct ByteSink(byte* panel, int row, NextTile<TUnpack> next) : IQuadSink<TQuads, TQuadVector>
    {
        private readonly PanelRows<TFormat, TProducts, TQuads, TQuadVector, TIsa, TVector> _rows = new(panel, row);

        /// <summary>What is to be fetched after what this sink has fetched.</summary>
        public NextTile<TUnpack> Next = next;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Scales(int index, TQuadVector scales) => _rows.StoreScales(4 * index, scales);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Mins(int index, TQuadVector mins) => _rows.StoreMins(4 * index, mins);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Weights(int sixteen, in Quads<TQuads, TQuadVector> weights)
        {
            _rows.StoreWeights(4 * (nint)(uint)sixteen, TFormat.HasOffsets ? weights.Minus((byte)TFormat.Offset) : weights);
            Fetch(ref Next, sixteen);
        }
    }

    /// <summary>Stores words, multiplied with the scales of their sub-blocks, which come first.</summary>
    private struct WordSink(byte* panel, int row, NextTile<TUnpack> next) : IQuadSink<TQuads, TQuadVector>
    {
        private readonly PanelRows<TFormat, TProducts, TQuads, TQuadVector, TIsa, TVector> _rows = new(panel, row);

        /// <summary>As <see cref="ByteSink.Next"/>.</summary>
        public NextTile<TUnpack> Next = next;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Scales(int index, TQuadVector scales) => _rows.StoreScales(4 * index, scales);

        public readonly void Mins(int index, TQuadVector mins) => throw new NotSupportedException();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Weights(int sixteen, in Quads<TQuads, TQuadVector> weights)
        {
            var index = (nint)(uint)sixteen;
            _rows.StoreScaledWords(8 * index, weights, index / (TFormat.ScaleSpan / 16));
            Fetch(ref Next, sixteen);
        }
    }
}
