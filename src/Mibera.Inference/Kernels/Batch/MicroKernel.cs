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
internal static unsafe class MicroKernel<TFormat, TProducts, TIsa, TVector>
    where TFormat : struct, IVectorFormat
    where TProducts : struct, IProducts
    where TIsa : struct, IPanelIsa<TVector>
    where TVector : struct
{
    /// <summary>Bytes of activations in four quads.</summary>
    private const int QuadsBytes = 16;

    /// <summary>Quads that may be added up before they are scaled. int32 sums take any number, but a scale may span four
    /// only.</summary>
    private static int Depth
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TIsa.SumsAreWords || TProducts.Depth > 4 ? TProducts.Depth : 4;
    }

    /// <summary>Bytes of an input's sums of a tile.</summary>
    private const int SumsBytes = PanelLayout.TileRows * sizeof(float);

    /// <summary>
    /// sums[t * TileRows + r] += row r of the panel . input t, for <paramref name="inputs"/> records and the panel's first
    /// <paramref name="units"/> units.
    /// </summary>
    public static void Multiply(byte* panel, byte* records, int inputs, int units, float* sums)
    {
        var recordBytes = ActivationRecords.RecordBytes(PanelShape<TFormat, TProducts, TIsa, TVector>.QuantBytes);
        if (TIsa.InputsAtOnce == 4)
        {
            for (; inputs >= 4; inputs -= 4, records += 4 * recordBytes, sums += 4 * PanelLayout.TileRows)
                MultiplyRows<Four>(panel, records, recordBytes, units, sums);
            if (inputs == 3)
                MultiplyRows<Three>(panel, records, recordBytes, units, sums);
        }
        else
        {
            for (; inputs > 2; inputs -= 2, records += 2 * recordBytes, sums += 2 * PanelLayout.TileRows)
                MultiplyRows<Two>(panel, records, recordBytes, units, sums);
        }
        if (inputs == 2)
            MultiplyRows<Two>(panel, records, recordBytes, units, sums);
        else if (inputs == 1)
            MultiplyRows<One>(panel, records, recordBytes, units, sums);
    }

    private static void MultiplyRows<TCount>(byte* panel, byte* records, nint recordBytes, int units, float* sums)
        where TCount : struct, ICount
    {
        var groupBytes = PanelShape<TFormat, TProducts, TIsa, TVector>.GroupBytes;
        var beside = PanelShape<TFormat, TProducts, TIsa, TVector>.WeightsEnd;
        // The next inputs: there are too many for the first-level cache, and often for the second.
        for (var line = 0; line < TCount.Value * recordBytes; line += 64)
            TIsa.Prefetch(records + TCount.Value * recordBytes + line);
        for (var line = 0; line < TCount.Value * SumsBytes; line += 64)
            TIsa.Prefetch((byte*)sums + TCount.Value * SumsBytes + line);
        for (var row = 0; row < PanelLayout.TileRows; row += 2 * TIsa.Rows, panel += 2 * groupBytes)
        {
            if (PanelShape<TFormat, TProducts, TIsa, TVector>.Wraps)
                RunWrapping<TCount>(panel, panel + beside, groupBytes, records, recordBytes, units, (byte*)(sums + row));
            else if (TProducts.Depth == 8)
                RunByEight<TCount>(panel, panel + beside, groupBytes, records, recordBytes, units, (byte*)(sums + row));
            else
                RunByFour<TCount>(panel, panel + beside, groupBytes, records, recordBytes, units, (byte*)(sums + row));
        }
    }

    /// <summary>Four quads at a time, the products of which are added up to <see cref="Depth"/> before they are scaled.</summary>
    [SkipLocalsInit]
    private static void RunByFour<TCount>(
        byte* weights, byte* beside, nint groupBytes, byte* records, nint recordBytes, int units, byte* sums)
        where TCount : struct, ICount
    {
        var besideQuants = records + recordBytes - ActivationRecords.BesideQuants;
        var steps = TFormat.UnitElements * PanelShape<TFormat, TProducts, TIsa, TVector>.QuantBytes / QuadsBytes;
        for (var u = 0; u < units; u++)
        {
            TVector a0 = Start(beside, u), a1 = a0, a2 = a0, a3 = a0;
            TVector b0 = Start(beside + groupBytes, u), b1 = b0, b2 = b0, b3 = b0;
            var scales = beside;
            for (var step = 0; step < steps; step++)
            {
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
    private static void RunByEight<TCount>(
        byte* weights, byte* beside, nint groupBytes, byte* records, nint recordBytes, int units, byte* sums)
        where TCount : struct, ICount
    {
        var besideQuants = records + recordBytes - ActivationRecords.BesideQuants;
        for (var u = 0; u < units; u++)
        {
            TVector a0 = Start(beside, u), a1 = a0, a2 = a0, a3 = a0;
            TVector b0 = Start(beside + groupBytes, u), b1 = b0, b2 = b0, b3 = b0;
            TVector p1 = default, p2 = default, p3 = default, q1 = default, q2 = default, q3 = default;
            var scales = beside;
            for (var step = 0; step < TFormat.UnitElements / (2 * QuadsBytes); step++)
            {
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
    private static void RunWrapping<TCount>(
        byte* weights, byte* beside, nint groupBytes, byte* records, nint recordBytes, int units, byte* sums)
        where TCount : struct, ICount
    {
        var besideQuants = records + recordBytes - ActivationRecords.BesideQuants;
        TVector a0 = Start(beside, 0), a1 = a0, a2 = a0, a3 = a0;
        TVector b0 = Start(beside + groupBytes, 0), b1 = b0, b2 = b0, b3 = b0;
        var scales = beside;
        for (var step = 0; step < PanelLayout.SubBlocks; step++)
        {
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

    /// <summary>What the products of a unit start with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Start(byte* beside, int unit) => PanelShape<TFormat, TProducts, TIsa, TVector>.Shifted
        ? TIsa.Load(beside + (PanelLayout.StartsOffset + unit) * 4 * TIsa.Rows)
        : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LoadScale(byte* scale) => PanelShape<TFormat, TProducts, TIsa, TVector>.HasScales ? TIsa.Load(scale) : default;

    /// <summary>Adds four quads of one input to its accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(in Quads v, in Quads w, TVector s, TVector t, byte* y, ref TVector a, ref TVector b)
    {
        Begin(v, w, y, out var p, out var q);
        var x = TIsa.Broadcast(y + 8);
        if (Depth == 2)
        {
            a = Scale(a, p, s);
            b = Scale(b, q, t);
            p = TProducts.First<TIsa, TVector>(v.Q2, x);
            q = TProducts.First<TIsa, TVector>(w.Q2, x);
        }
        else
        {
            p = TProducts.Next<TIsa, TVector>(p, v.Q2, x);
            q = TProducts.Next<TIsa, TVector>(q, w.Q2, x);
        }
        x = TIsa.Broadcast(y + 12);
        p = TProducts.Next<TIsa, TVector>(p, v.Q3, x);
        q = TProducts.Next<TIsa, TVector>(q, w.Q3, x);
        a = Scale(a, p, s);
        b = Scale(b, q, t);
    }

    /// <summary>The same with corrections <paramref name="c"/>, <paramref name="d"/> of the first three quads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(
        in Quads v, in Quads w, TVector s, TVector t, TVector c, TVector d, byte* y, ref TVector a, ref TVector b)
    {
        var x = TIsa.Broadcast(y);
        c = TProducts.Next<TIsa, TVector>(c, v.Q0, x);
        d = TProducts.Next<TIsa, TVector>(d, w.Q0, x);
        x = TIsa.Broadcast(y + 4);
        c = TProducts.Next<TIsa, TVector>(c, v.Q1, x);
        d = TProducts.Next<TIsa, TVector>(d, w.Q1, x);
        x = TIsa.Broadcast(y + 8);
        c = TProducts.Next<TIsa, TVector>(c, v.Q2, x);
        d = TProducts.Next<TIsa, TVector>(d, w.Q2, x);
        a = Scale(a, c, s);
        b = Scale(b, d, t);
        x = TIsa.Broadcast(y + 12);
        a = Scale(a, TProducts.First<TIsa, TVector>(v.Q3, x), s);
        b = Scale(b, TProducts.First<TIsa, TVector>(w.Q3, x), t);
    }

    /// <summary>Begins sums with two quads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Begin(in Quads v, in Quads w, byte* y, out TVector p, out TVector q)
    {
        var x = TIsa.Broadcast(y);
        p = TProducts.First<TIsa, TVector>(v.Q0, x);
        q = TProducts.First<TIsa, TVector>(w.Q0, x);
        x = TIsa.Broadcast(y + 4);
        p = TProducts.Next<TIsa, TVector>(p, v.Q1, x);
        q = TProducts.Next<TIsa, TVector>(q, w.Q1, x);
    }

    /// <summary>The sums of the first four of eight quads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FirstHalf(in Quads v, in Quads w, byte* y, out TVector p, out TVector q)
    {
        Begin(v, w, y, out p, out q);
        var x = TIsa.Broadcast(y + 8);
        p = TProducts.Next<TIsa, TVector>(p, v.Q2, x);
        q = TProducts.Next<TIsa, TVector>(q, w.Q2, x);
        x = TIsa.Broadcast(y + 12);
        p = TProducts.Next<TIsa, TVector>(p, v.Q3, x);
        q = TProducts.Next<TIsa, TVector>(q, w.Q3, x);
    }

    /// <summary>Adds the other four, and both to the accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LastHalf(
        in Quads v, in Quads w, TVector s, TVector t, byte* y, TVector p, TVector q, ref TVector a, ref TVector b)
    {
        var x = TIsa.Broadcast(y);
        p = TProducts.Next<TIsa, TVector>(p, v.Q0, x);
        q = TProducts.Next<TIsa, TVector>(q, w.Q0, x);
        x = TIsa.Broadcast(y + 4);
        p = TProducts.Next<TIsa, TVector>(p, v.Q1, x);
        q = TProducts.Next<TIsa, TVector>(q, w.Q1, x);
        x = TIsa.Broadcast(y + 8);
        p = TProducts.Next<TIsa, TVector>(p, v.Q2, x);
        q = TProducts.Next<TIsa, TVector>(q, w.Q2, x);
        x = TIsa.Broadcast(y + 12);
        p = TProducts.Next<TIsa, TVector>(p, v.Q3, x);
        q = TProducts.Next<TIsa, TVector>(q, w.Q3, x);
        a = Scale(a, p, s);
        b = Scale(b, q, t);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Scale(TVector a, TVector p, TVector s)
    {
        if (PanelShape<TFormat, TProducts, TIsa, TVector>.Words)
            return TIsa.Add(a, p);
        return PanelShape<TFormat, TProducts, TIsa, TVector>.HasScales ? TIsa.AddScaled(a, p, s) : TIsa.AddSums(a, p);
    }

    /// <summary>The float step of a unit and one input.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(byte* beside, nint groupBytes, int unit, byte* besideQuants, TVector a, TVector b, byte* sums)
    {
        if (!PanelShape<TFormat, TProducts, TIsa, TVector>.IsSuperBlock)
            besideQuants += unit * TFormat.UnitElements / 32 * sizeof(float);
        FinishVector(beside, unit, besideQuants, a, sums);
        FinishVector(beside + groupBytes, unit, besideQuants, b, sums + 4 * TIsa.Rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FinishVector(byte* beside, int unit, byte* besideQuants, TVector product, byte* sums)
    {
        TVector minimum = default;
        if (PanelShape<TFormat, TProducts, TIsa, TVector>.HasSubBlockMins)
            minimum = Minimum(beside, besideQuants);
        if (PanelShape<TFormat, TProducts, TIsa, TVector>.MinsJoinProduct)
            product = TIsa.Subtract(product, minimum);
        var units = beside + (PanelLayout.UnitsOffset + unit) * 4 * TIsa.Rows;
        TIsa.MultiplyAdd(product, TIsa.Factors(units, besideQuants + ActivationRecords.ScalesOffset), sums);
        if (!TFormat.HasMins)
            return;
        units += (PanelLayout.MinUnitsOffset - PanelLayout.UnitsOffset) * 4 * TIsa.Rows;
        var factors = TIsa.Factors(units, besideQuants + ActivationRecords.ScalesOffset);
        if (PanelShape<TFormat, TProducts, TIsa, TVector>.IsSuperBlock)
            TIsa.MultiplySubtract(minimum, factors, sums);
        else
            TIsa.MultiplyAddFloat(besideQuants + ActivationRecords.SumsOffset, factors, sums);
    }

    /// <summary>The minimums of a unit of 256 times the sums of activations: at most 16 * 63 * 2032 = 2.1M, or
    /// 8 * 135 * 4064 = 4.4M (IQ1_S).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Minimum(byte* beside, byte* besideQuants)
    {
        var mins = beside + PanelLayout.MinsOffset * 4 * TIsa.Rows;
        var sums = besideQuants + (TFormat.ScaleSpan == 32 ? ActivationRecords.SumsOf32Offset : ActivationRecords.SumsOffset);
        var minimum = TIsa.DotWords(TIsa.Load(mins), TIsa.Broadcast(sums));
        for (var j = 1; j < PanelLayout.SubBlocks / (TFormat.ScaleSpan / 16) / 2; j++)
            minimum = TIsa.Add(minimum, TIsa.DotWords(TIsa.Load(mins + j * 4 * TIsa.Rows), TIsa.Broadcast(sums + 4 * j)));
        return minimum;
    }

    /// <summary>Four quads of the rows of a group.</summary>
    private readonly struct Quads
    {
        public readonly TVector Q0, Q1, Q2, Q3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Quads(byte* source) => (Q0, Q1, Q2, Q3) = (
            TIsa.Load(source), TIsa.Load(source + 4 * TIsa.Rows), TIsa.Load(source + 8 * TIsa.Rows), TIsa.Load(source + 12 * TIsa.Rows));
    }
}
