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
            var sink = new Sink(new PanelRows<TFormat, TProducts, TQuads, TQuadVector, TIsa, TVector>(panel, row).Weights);
            for (int b = 0, part = 0; b < blocks; b++, block += bytes)
            {
                for (var unit = 0; unit < elements / TFormat.UnitElements; unit++, bits += PanelLayout.TileRows)
                    UnitScales<TFormat, TProducts, TUnpack, TIsa, TVector>.CopyBits(block, stride, unit, TQuads.Rows, bits);
                for (var step = 0; step < elements / ColumnsAtOnce; step++, sink.Advance())
                    TFormat.UnpackColumns<TQuads, TQuadVector, Sink>(block, stride, step, ref sink);
                // As many parts as rows, spread over the blocks.
                for (; part * blocks < (b + 1) * TQuads.Rows; part++)
                    next.Fetch(blocks * bytes);
            }
        }
    }

    /// <summary>Stores 32 columns from <paramref name="target"/> on: at constant distances, which cost nothing.</summary>
    private struct Sink(byte* target) : IColumnSink<TQuadVector>
    {
        private byte* _target = target;

        /// <summary>The next 32 columns.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Advance() =>
            _target += ColumnsAtOnce / 4 * PanelShape<TFormat, TProducts, TIsa, TVector>.QuantBytes
                * PanelShape<TFormat, TProducts, TIsa, TVector>.VectorBytes;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Accept(int quad, TQuadVector weights)
        {
            if (TFormat.HasOffsets)
                weights = TQuads.Subtract(weights, (byte)TFormat.Offset);
            if (!PanelShape<TFormat, TProducts, TIsa, TVector>.Words)
            {
                Store(weights, quad);
                return;
            }
            Store(TQuads.SignedPair(weights, last: false), 2 * quad);
            Store(TQuads.SignedPair(weights, last: true), 2 * quad + 1);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Store(TQuadVector weights, int index) =>
            PanelRows<TFormat, TProducts, TQuads, TQuadVector, TIsa, TVector>.Store(
                weights, _target + index * PanelShape<TFormat, TProducts, TIsa, TVector>.VectorBytes);
    }
}
