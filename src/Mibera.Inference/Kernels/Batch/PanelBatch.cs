using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>
/// Matrix x matrix: tile by tile and chunk by chunk, weights are unpacked once into a panel, which meets all input rows while it
/// lies in the first-level cache.
/// </summary>
internal sealed unsafe class PanelBatch<TFormat, TProducts, TUnpack, TIsa, TVector> : BatchKernel
    where TFormat : struct, IVectorFormat
    where TProducts : struct, IProducts
    where TUnpack : struct, IIsa
    where TIsa : struct, IPanelIsa<TVector>
    where TVector : struct
{
    private static readonly ActivationRecords Layout = PanelShape<TFormat, TProducts, TIsa, TVector>.Activations;

    private readonly bool _unpackBySixteen;

    /// <summary>
    /// A kernel that unpacks sixteen rows beside each other where panels have groups of sixteen; on Zen 4, where inserting lanes into 512
    /// bits took twice as long, eight.
    /// </summary>
    public PanelBatch()
        : this(unpackBySixteen: !Cpu.IsZen4OrOlder)
    {
    }

    /// <param name="unpackBySixteen">Whether to unpack sixteen rows beside each other where panels have groups of sixteen.</param>
    public PanelBatch(bool unpackBySixteen)
    {
        PanelShape<TFormat, TProducts, TIsa, TVector>.Verify();
        _unpackBySixteen = PanelShape<TFormat, TProducts, TIsa, TVector>.BySixteen && unpackBySixteen;
    }

    public override void Prepare(Activations input, WorkerPool pool) => input.Packed(Layout, pool);

    public override void Multiply(in WeightMatrix weights, Activations input, int begin, int end, float* output, long outputStride)
    {
        var records = input.Packed(Layout, WorkerPool.Inline);
        for (var row = begin; row < end; row += PanelLayout.TileRows)
        {
            var rows = Math.Min(PanelLayout.TileRows, end - row);
            for (var first = 0; first < input.Rows; first += BatchScratch.MaxInputs)
            {
                var inputs = Math.Min(BatchScratch.MaxInputs, input.Rows - first);
                var results = new TileResults(output + first * outputStride + row, outputStride, rows);
                MultiplyTile(weights, row, rows, records, input.Rows, first, inputs, results);
            }
        }
    }

    private void MultiplyTile(
        in WeightMatrix weights, int row, int rows, byte* records, int allInputs, int firstInput, int inputs, TileResults results)
    {
        var panel = BatchScratch.Panel;
        var staging = BatchScratch.Staging;
        var sums = BatchScratch.Sums;
        var accumulators = BatchScratch.Accumulators;
        new Span<float>(sums, inputs * PanelLayout.TileRows).Clear();
        var recordBytes = ActivationRecords.RecordBytes(PanelShape<TFormat, TProducts, TIsa, TVector>.QuantBytes);
        var chunks = (weights.Columns + PanelLayout.Chunk - 1) / PanelLayout.Chunk;
        for (var chunk = 0; chunk < chunks; chunk++)
        {
            var columns = Math.Min(PanelLayout.Chunk, weights.Columns - chunk * PanelLayout.Chunk);
            var units = columns / TFormat.UnitElements;
            if (PanelShape<TFormat, TProducts, TIsa, TVector>.BySixteen && _unpackBySixteen)
                Fill<SixteenRowQuads, Vector512<byte>>(weights, row, rows, chunk, columns, panel, staging);
            else
                Fill<EightRowQuads<TUnpack>, Vector256<byte>>(weights, row, rows, chunk, columns, panel, staging);
            UnitScales<TFormat, TProducts, TUnpack, TIsa, TVector>.Fill(panel, units, (uint*)staging);
            if (PanelShape<TFormat, TProducts, TIsa, TVector>.Shifted)
                PanelStarts<TFormat, TProducts, TIsa, TVector>.Fill(panel, units);
            var record = records + ((long)chunk * allInputs + firstInput) * recordBytes;
            MicroKernel<TFormat, TProducts, TIsa, TVector>.Multiply(
                panel, record, inputs, units, accumulators, sums, chunk == chunks - 1 ? results : default);
        }
    }

    private static void Fill<TQuads, TQuadVector>(
        in WeightMatrix weights, int row, int rows, int chunk, int columns, byte* panel, byte* staging)
        where TQuads : struct, IQuadIsa<TQuadVector>
        where TQuadVector : struct
    {
        if (TFormat.UnpacksQuads)
        {
            QuadPanel<TFormat, TProducts, TUnpack, TQuads, TQuadVector, TIsa, TVector>.Fill(weights, row, rows, chunk, panel, staging);
        }
        else if (!PanelShape<TFormat, TProducts, TIsa, TVector>.IsSuperBlock)
        {
            ColumnPanel<TFormat, TProducts, TUnpack, TQuads, TQuadVector, TIsa, TVector>.Fill(
                weights, row, rows, chunk, columns, panel, staging);
        }
        else
        {
            RowPanel<TFormat, TProducts, TUnpack, TQuads, TQuadVector, TIsa, TVector>.Fill(weights, row, rows, chunk, panel, staging);
        }
    }
}
