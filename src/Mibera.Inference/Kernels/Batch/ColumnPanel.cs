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
    private const int Chunk = 32;

    /// <summary>
    /// Unpacks columns [256 <paramref name="chunk"/>, 256 <paramref name="chunk"/> + <paramref name="columns"/>) of
    /// <paramref name="count"/> rows from <paramref name="first"/> on. The panel's other rows are undefined.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(in WeightMatrix weights, int first, int count, int chunk, int columns, byte* panel, byte* staging)
    {
        var (elements, bytes) = TFormat.Type.Block();
        var rows = weights.Row(first) + (long)chunk * (PanelLayout.Chunk / elements) * bytes;
        var stride = (nint)weights.RowBytes;
        var blocks = columns / elements;
        var next = new NextTile(weights, first, chunk, blocks * bytes);
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
                    CopyScaleBits(block, stride, unit, bits);
                for (var step = 0; step < elements / Chunk; step++, sink.Quad += Chunk / 4)
                    TFormat.UnpackColumns<TQuads, TQuadVector, Sink>(block, stride, step, ref sink);
                // As many parts as rows, spread over the blocks.
                for (var part = b * TQuads.Rows / blocks; part < (b + 1) * TQuads.Rows / blocks; part++)
                    Fetch(next.Part(row + part), blocks * bytes);
            }
        }
    }

    private static void Fetch(byte* part, int bytes)
    {
        for (var line = 0; line < bytes; line += 64)
            TUnpack.Prefetch(part + line, intoFirstLevel: false);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyScaleBits(byte* block, nint stride, int unit, uint* bits)
    {
        for (var i = 0; i < TQuads.Rows; i += 4, block += 4 * stride)
        {
            bits[i] = TFormat.ScaleBits(block, unit);
            bits[i + 1] = TFormat.ScaleBits(block + stride, unit);
            bits[i + 2] = TFormat.ScaleBits(block + 2 * stride, unit);
            bits[i + 3] = TFormat.ScaleBits(block + 3 * stride, unit);
        }
    }

    private struct Sink : IColumnSink<TQuadVector>
    {
        public PanelRows<TFormat, TProducts, TQuads, TQuadVector, TIsa, TVector> Rows;

        /// <summary>The panel's quad that is quad 0 of a chunk.</summary>
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
