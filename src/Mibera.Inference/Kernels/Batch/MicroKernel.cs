using System.Runtime.CompilerServices;
using Mibera.Inference.Quantization;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>
/// Multiplies a panel with the activations of the same chunk: one loop for all formats and instruction sets. Rows of weights
/// lie in the lanes, activations are broadcast; two vectors of rows meet up to four inputs at a time.
/// </summary>
/// <remarks>
/// A unit's integers are exact, as <see cref="PanelShape{TFormat, TProducts, TIsa, TVector}.Verify"/> shows; then follow the
/// unit's float multiply-adds, just as in <see cref="ScalarKernel{TFormat}"/>.
/// </remarks>
internal static unsafe partial class MicroKernel<TFormat, TProducts, TIsa, TVector>
    where TFormat : struct, IVectorFormat
    where TProducts : struct, IProducts
    where TIsa : struct, IPanelIsa<TVector>
    where TVector : struct
{
    /// <summary>Bytes of activations in four quads.</summary>
    private const int QuadsBytes = 16;

    /// <summary>Bytes of an input's sums of a tile.</summary>
    private const int SumsBytes = PanelLayout.TileRows * sizeof(float);

    private static bool FourAtOnce => TIsa.InputsAtOnce == 4 || QuadByQuad;

    /// <summary>
    /// sums[t * TileRows + r] += row r of the panel . input t, for <paramref name="inputs"/> records and the panel's first
    /// <paramref name="units"/> units. <paramref name="accumulators"/> is room for <see cref="BatchScratch.MostAccumulators"/> vectors.
    /// What is final goes to <paramref name="results"/>.
    /// </summary>
    public static void Multiply(byte* panel, byte* records, int inputs, int units, byte* accumulators, float* sums, TileResults results)
    {
        var recordBytes = ActivationRecords.RecordBytes(PanelShape<TFormat, TProducts, TIsa, TVector>.QuantBytes);
        while (inputs > 0)
        {
            var count = Math.Min(inputs, FourAtOnce ? 4 : 2);
            results.Fetch(count);
            // The constant comes first: what it excludes is not compiled.
            if (FourAtOnce && count == 4)
                MultiplyRows<Four>(panel, records, recordBytes, units, accumulators, sums);
            else if (FourAtOnce && count == 3)
                MultiplyRows<Three>(panel, records, recordBytes, units, accumulators, sums);
            else if (count == 2)
                MultiplyRows<Two>(panel, records, recordBytes, units, accumulators, sums);
            else
                MultiplyRows<One>(panel, records, recordBytes, units, accumulators, sums);
            results.Store(sums, count);
            inputs -= count;
            records += count * recordBytes;
            sums += count * PanelLayout.TileRows;
        }
    }

    private static void MultiplyRows<TCount>(byte* panel, byte* records, nint recordBytes, int units, byte* accumulators, float* sums)
        where TCount : struct, ICount
    {
        var groupBytes = PanelShape<TFormat, TProducts, TIsa, TVector>.GroupBytes;
        var beside = PanelShape<TFormat, TProducts, TIsa, TVector>.WeightsEnd;
        for (var row = 0; row < PanelLayout.TileRows; row += 2 * TIsa.Rows, panel += 2 * groupBytes)
        {
            if (QuadByQuad)
                RunQuadByQuad<TCount>(panel, panel + beside, groupBytes, records, recordBytes, units, accumulators, (byte*)(sums + row));
            else if (PanelShape<TFormat, TProducts, TIsa, TVector>.Wraps)
                RunWrapping<TCount>(panel, panel + beside, groupBytes, records, recordBytes, units, (byte*)(sums + row));
            else if (TProducts.Depth == 8)
                RunByEight<TCount>(panel, panel + beside, groupBytes, records, recordBytes, units, (byte*)(sums + row));
            else
                RunByFour<TCount>(panel, panel + beside, groupBytes, records, recordBytes, units, (byte*)(sums + row));
        }
    }

    /// <summary>Four quads at a time, the products of which are added up to <see cref="Depth"/> before they are scaled.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunByFour<TCount>(
        byte* weights, byte* beside, nint groupBytes, byte* records, nint recordBytes, int units, byte* sums)
        where TCount : struct, ICount
    {
        var besideQuants = records + recordBytes - ActivationRecords.BesideQuants;
        var next = new NextInputs<TCount>(records, recordBytes, sums);
        var steps = TFormat.UnitElements * PanelShape<TFormat, TProducts, TIsa, TVector>.QuantBytes / QuadsBytes;
        for (var u = 0; u < units; u++)
        {
            TVector a0 = Start(beside, u), a1 = a0, a2 = a0, a3 = a0;
            TVector b0 = Start(beside + groupBytes, u), b1 = b0, b2 = b0, b3 = b0;
            var scales = beside;
            for (var step = 0; step < steps; step++)
            {
                next.Fetch(quads: 4);
                var v = new Quads(weights);
                var w = new Quads(weights + groupBytes);
                var s = LoadScale(scales);
                var t = LoadScale(scales + groupBytes);
                Step(v, w, s, t, records, ref a0, ref b0);
                if (TCount.Value > 1)
                    Step(v, w, s, t, records + recordBytes, ref a1, ref b1);
                if (TCount.Value > 2)
                    Step(v, w, s, t, records + 2 * recordBytes, ref a2, ref b2);
                if (TCount.Value > 3)
                    Step(v, w, s, t, records + 3 * recordBytes, ref a3, ref b3);
                weights += 16 * TIsa.Rows;
                scales += 4 * TIsa.Rows;
                records += QuadsBytes;
            }
            Finish(beside, groupBytes, u, besideQuants, a0, b0, sums);
            if (TCount.Value > 1)
                Finish(beside, groupBytes, u, besideQuants + recordBytes, a1, b1, sums + SumsBytes);
            if (TCount.Value > 2)
                Finish(beside, groupBytes, u, besideQuants + 2 * recordBytes, a2, b2, sums + 2 * SumsBytes);
            if (TCount.Value > 3)
                Finish(beside, groupBytes, u, besideQuants + 3 * recordBytes, a3, b3, sums + 3 * SumsBytes);
        }
    }

    /// <summary>Eight quads at a time, in two halves: the sums of the first wait for the second.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunByEight<TCount>(
        byte* weights, byte* beside, nint groupBytes, byte* records, nint recordBytes, int units, byte* sums)
        where TCount : struct, ICount
    {
        var besideQuants = records + recordBytes - ActivationRecords.BesideQuants;
        var next = new NextInputs<TCount>(records, recordBytes, sums);
        for (var u = 0; u < units; u++)
        {
            TVector a0 = Start(beside, u), a1 = a0, a2 = a0, a3 = a0;
            TVector b0 = Start(beside + groupBytes, u), b1 = b0, b2 = b0, b3 = b0;
            TVector p1 = default, p2 = default, p3 = default, q1 = default, q2 = default, q3 = default;
            var scales = beside;
            for (var step = 0; step < TFormat.UnitElements / (2 * QuadsBytes); step++)
            {
                next.Fetch(quads: 8);
                var v = new Quads(weights);
                var w = new Quads(weights + groupBytes);
                FirstHalf(v, w, records, out var p0, out var q0);
                if (TCount.Value > 1)
                    FirstHalf(v, w, records + recordBytes, out p1, out q1);
                if (TCount.Value > 2)
                    FirstHalf(v, w, records + 2 * recordBytes, out p2, out q2);
                if (TCount.Value > 3)
                    FirstHalf(v, w, records + 3 * recordBytes, out p3, out q3);
                weights += 16 * TIsa.Rows;
                records += QuadsBytes;
                v = new Quads(weights);
                w = new Quads(weights + groupBytes);
                var s = LoadScale(scales);
                var t = LoadScale(scales + groupBytes);
                LastHalf(v, w, s, t, records, p0, q0, ref a0, ref b0);
                if (TCount.Value > 1)
                    LastHalf(v, w, s, t, records + recordBytes, p1, q1, ref a1, ref b1);
                if (TCount.Value > 2)
                    LastHalf(v, w, s, t, records + 2 * recordBytes, p2, q2, ref a2, ref b2);
                if (TCount.Value > 3)
                    LastHalf(v, w, s, t, records + 3 * recordBytes, p3, q3, ref a3, ref b3);
                weights += 16 * TIsa.Rows;
                scales += 8 * TIsa.Rows;
                records += QuadsBytes;
            }
            Finish(beside, groupBytes, u, besideQuants, a0, b0, sums);
            if (TCount.Value > 1)
                Finish(beside, groupBytes, u, besideQuants + recordBytes, a1, b1, sums + SumsBytes);
            if (TCount.Value > 2)
                Finish(beside, groupBytes, u, besideQuants + 2 * recordBytes, a2, b2, sums + 2 * SumsBytes);
            if (TCount.Value > 3)
                Finish(beside, groupBytes, u, besideQuants + 3 * recordBytes, a3, b3, sums + 3 * SumsBytes);
        }
    }

    /// <summary>Four quads at a time, of which three are added up with corrections; units are super-blocks with scales.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunWrapping<TCount>(
        byte* weights, byte* beside, nint groupBytes, byte* records, nint recordBytes, int units, byte* sums)
        where TCount : struct, ICount
    {
        var besideQuants = records + recordBytes - ActivationRecords.BesideQuants;
        var next = new NextInputs<TCount>(records, recordBytes, sums);
        TVector a0 = Start(beside, 0), a1 = a0, a2 = a0, a3 = a0;
        TVector b0 = Start(beside + groupBytes, 0), b1 = b0, b2 = b0, b3 = b0;
        var scales = beside;
        for (var step = 0; step < PanelLayout.SubBlocks; step++)
        {
            next.Fetch(quads: 4);
            var v = new Quads(weights);
            var w = new Quads(weights + groupBytes);
            var s = TIsa.Load(scales);
            var t = TIsa.Load(scales + groupBytes);
            var c = TIsa.Load(scales + PanelLayout.CorrectionsOffset * 4 * TIsa.Rows);
            var d = TIsa.Load(scales + groupBytes + PanelLayout.CorrectionsOffset * 4 * TIsa.Rows);
            Step(v, w, s, t, c, d, records, ref a0, ref b0);
            if (TCount.Value > 1)
                Step(v, w, s, t, c, d, records + recordBytes, ref a1, ref b1);
            if (TCount.Value > 2)
                Step(v, w, s, t, c, d, records + 2 * recordBytes, ref a2, ref b2);
            if (TCount.Value > 3)
                Step(v, w, s, t, c, d, records + 3 * recordBytes, ref a3, ref b3);
            weights += 16 * TIsa.Rows;
            scales += 4 * TIsa.Rows;
            records += QuadsBytes;
        }
        Finish(beside, groupBytes, 0, besideQuants, a0, b0, sums);
        if (TCount.Value > 1)
            Finish(beside, groupBytes, 0, besideQuants + recordBytes, a1, b1, sums + SumsBytes);
        if (TCount.Value > 2)
            Finish(beside, groupBytes, 0, besideQuants + 2 * recordBytes, a2, b2, sums + 2 * SumsBytes);
        if (TCount.Value > 3)
            Finish(beside, groupBytes, 0, besideQuants + 3 * recordBytes, a3, b3, sums + 3 * SumsBytes);
    }
}
