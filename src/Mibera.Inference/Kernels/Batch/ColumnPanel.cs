using System.Runtime.CompilerServices;
using Mibera.Inference.Gguf;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>
/// Fills panels from units of 32 and 16, the same columns of several rows at once (<see cref="IVectorFormat.UnpackColumns"/>).
/// </summary>
internal static unsafe class ColumnPanel<TFormat, TProducts, TUnpack, TQuads, TQuadVector, TIsa, TVector>
    where TFormat : struct, IVectorFormat
    where TProducts : struct, IProducts
    where TUnpack : struct, IIsa
    where TQuads : struct, IQuadIsa<TQuadVector>
    where TQuadVector : struct
    where TIsa : struct, IPanelIsa<TVector>
    where TVector : struct
{
    private const int ColumnsAtOnce = 32;

    /// <summary>
    /// Unpacks columns [256 <paramref name="chunk"/>, 256 <paramref name="chunk"/> + <paramref name="columns"/>) of
    /// <paramref name="count"/> rows from <paramref name="first"/> on. The panel's other rows are undefined.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(in WeightMatrix weights, int first, int count, int chunk, int columns, byte* panel, byte* staging)
    {
        var (elements, bytes) = TFormat.Type.Block();
        var offset = (long)chunk * (PanelLayout.Chunk / elements) * bytes;
        var rows = weights.Row(first) + offset;
        var stride = (nint)weights.RowBytes;
        var blocks = columns / elements;
        var next = new NextTile<TUnpack>(weights, first, offset, blocks * bytes);
        if (count < PanelLayout.TileRows)
        {
            BlockRows.Gather(rows, stride, count, blocks * bytes, staging + PanelLayout.RowsOffset);
            rows = staging + PanelLayout.RowsOffset;
            stride = blocks * bytes;
        }
        for (var row = 0; row < count; row += TQuads.Rows, rows += TQuads.Rows * stride)
        {
            var bits = (uint*)staging + row;
            var block = rows;
            var sink = new Sink { Rows = new(panel, row) };
            for (var b = 0; b < blocks; b++, block += bytes)
            {
                for (var unit = 0; unit < elements / TFormat.UnitElements; unit++, bits += PanelLayout.TileRows)
                    UnitScales<TFormat, TProducts, TUnpack, TIsa, TVector>.CopyBits(block, stride, unit, TQuads.Rows, bits);
                for (var step = 0; step < elements / ColumnsAtOnce; step++, sink.Quad += ColumnsAtOnce / 4)
                    TFormat.UnpackColumns<TQuads, TQuadVector, Sink>(block, stride, step, ref sink);
                // As many parts as rows, spread over the blocks.
                for (var part = b * TQuads.Rows / blocks; part < (b + 1) * TQuads.Rows / blocks; part++)
                    next.Fetch(row + part, blocks * bytes);
            }
        }
    }

    private struct Sink : IColumnSink<TQuadVector>
    {
        public PanelRows<TFormat, TProducts, TQuads, TQuadVector, TIsa, TVector> Rows;

        /// <summary>The panel's quad that is the first of 32 columns.</summary>
        public nint Quad;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Accept(int quad, TQuadVector weights)
        {
            if (TFormat.HasOffsets)
                weights = TQuads.Subtract(weights, (byte)TFormat.Offset);
            if (!PanelShape<TFormat, TProducts, TIsa, TVector>.Words)
            {
                Rows.StoreWeights(Quad + quad, weights);
                return;
            }
            Rows.StoreWeights(2 * (Quad + quad), TQuads.SignedPair(weights, last: false));
            Rows.StoreWeights(2 * (Quad + quad) + 1, TQuads.SignedPair(weights, last: true));
        }
    }
}
