using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>Fills panels from super-blocks that unpack row beside row (<see cref="IVectorFormat.UnpackQuads"/>).</summary>
internal static unsafe class QuadPanel<TFormat, TProducts, TUnpack, TIsa, TVector>
    where TFormat : struct, IVectorFormat
    where TProducts : struct, IProducts
    where TUnpack : struct, IIsa
    where TIsa : struct, IPanelIsa<TVector>
    where TVector : struct
{
    /// <summary>As in <see cref="RowPanel{TFormat, TProducts, TUnpack, TIsa, TVector}"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(in WeightMatrix weights, int first, int count, int chunk, byte* panel, byte* staging)
    {
        var blocks = weights.Row(first) + (long)chunk * TFormat.BlockBytes;
        var stride = (nint)weights.RowBytes;
        // The next tile's bytes, in order and skipping no line: as many as this chunk of this one has.
        var ahead = weights.Row(first + PanelLayout.TileRows) + (long)chunk * PanelLayout.TileRows * TFormat.BlockBytes;
        if (count < PanelLayout.TileRows)
        {
            BlockRows.Gather(blocks, stride, count, TFormat.BlockBytes, staging + PanelLayout.RowsOffset);
            blocks = staging + PanelLayout.RowsOffset;
            stride = TFormat.BlockBytes;
        }
        var bits = (uint*)staging;
        for (var row = 0; row < count; row += 8)
        {
            for (var i = row; i < row + 8; i++)
                bits[i] = TFormat.ScaleBits(blocks + i * stride, 0);
            for (var line = 0; line < 8 * TFormat.BlockBytes; line += 64)
                TUnpack.Prefetch(ahead + line, intoFirstLevel: false);
            ahead += 8 * TFormat.BlockBytes;
            var sink = new Sink { Rows = new EightRows<TFormat, TProducts, TUnpack, TIsa, TVector>(panel, row) };
            TFormat.UnpackQuads<TUnpack, Sink>(blocks + row * stride, stride, ref sink);
        }
    }

    private struct Sink : IQuadSink
    {
        public EightRows<TFormat, TProducts, TUnpack, TIsa, TVector> Rows;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Scales(int index, Vector256<byte> scales) => Rows.StoreScales(4 * index, scales);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Mins(int index, Vector256<byte> mins) => Rows.StoreMins(4 * index, mins);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Weights(int sixteen, in Quads weights)
        {
            var signed = TFormat.HasOffsets ? weights.Minus((byte)TFormat.Offset) : weights;
            Rows.StoreWeights(4 * sixteen, signed.Q0);
            Rows.StoreWeights(4 * sixteen + 1, signed.Q1);
            Rows.StoreWeights(4 * sixteen + 2, signed.Q2);
            Rows.StoreWeights(4 * sixteen + 3, signed.Q3);
        }
    }
}
