using System.Runtime.CompilerServices;

namespace Mibera.Inference.Kernels.Batch;

// What the loops consist of. Everything is inlined: a call would spill all vectors.
internal static unsafe partial class MicroKernel<TFormat, TProducts, TIsa, TVector>
{
    /// <summary>Quads that may be added up before they are scaled. int32 sums take any number, but a scale may span four
    /// only.</summary>
    private static int Depth
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TIsa.SumsAreWords || TProducts.Depth > 4 ? TProducts.Depth : 4;
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
        TVector m = default, n = default;
        if (PanelShape<TFormat, TProducts, TIsa, TVector>.HasSubBlockMins)
            Minimums(beside + PanelLayout.MinsOffset * 4 * TIsa.Rows, groupBytes, besideQuants, out m, out n);
        if (PanelShape<TFormat, TProducts, TIsa, TVector>.MinsJoinProduct)
        {
            a = TIsa.Subtract(a, m);
            b = TIsa.Subtract(b, n);
        }
        var scale = TIsa.Broadcast(besideQuants + ActivationRecords.ScalesOffset);
        beside += (PanelLayout.UnitsOffset + unit) * 4 * TIsa.Rows;
        FinishVector(beside, besideQuants, scale, a, m, sums);
        FinishVector(beside + groupBytes, besideQuants, scale, b, n, sums + 4 * TIsa.Rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FinishVector(byte* units, byte* besideQuants, TVector scale, TVector product, TVector minimum, byte* target)
    {
        var sums = TIsa.MultiplyAdd(TIsa.Load(target), product, TIsa.Factors(units, scale));
        if (TFormat.HasMins)
        {
            var factors = TIsa.Factors(units + (PanelLayout.MinUnitsOffset - PanelLayout.UnitsOffset) * 4 * TIsa.Rows, scale);
            sums = PanelShape<TFormat, TProducts, TIsa, TVector>.IsSuperBlock
                ? TIsa.MultiplySubtract(sums, minimum, factors)
                : TIsa.MultiplyAddFloat(sums, TIsa.Broadcast(besideQuants + ActivationRecords.SumsOffset), factors);
        }
        TIsa.Store(sums, target);
    }

    /// <summary>The minimums of a unit of 256 times the sums of activations, of both vectors: at most 16 * 63 * 2032 = 2.1M, or
    /// 8 * 135 * 4064 = 4.4M (IQ1_S).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Minimums(byte* mins, nint groupBytes, byte* besideQuants, out TVector m, out TVector n)
    {
        var sums = besideQuants + (TFormat.ScaleSpan == 32 ? ActivationRecords.SumsOf32Offset : ActivationRecords.SumsOffset);
        var x = TIsa.Broadcast(sums);
        m = TIsa.DotWords(TIsa.Load(mins), x);
        n = TIsa.DotWords(TIsa.Load(mins + groupBytes), x);
        for (var j = 1; j < PanelLayout.SubBlocks / (TFormat.ScaleSpan / 16) / 2; j++)
        {
            x = TIsa.Broadcast(sums + 4 * j);
            m = TIsa.Add(m, TIsa.DotWords(TIsa.Load(mins + j * 4 * TIsa.Rows), x));
            n = TIsa.Add(n, TIsa.DotWords(TIsa.Load(mins + groupBytes + j * 4 * TIsa.Rows), x));
        }
    }

    /// <summary>
    /// Fetches the next inputs and their sums, of which there are too many for the first-level cache, and often for the second: a part
    /// with every step. All at once, before the first step, the hints hold up the loads that follow them: prefill of all formats became
    /// 4 to 7 % faster on Zen 5 (AVX-512), up to 4 % with narrower vectors.
    /// </summary>
    private struct NextInputs<TCount>
        where TCount : struct, ICount
    {
        private byte* _records;
        private byte* _sums;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public NextInputs(byte* records, nint recordBytes, byte* sums)
        {
            _records = records + TCount.Value * recordBytes;
            _sums = sums + TCount.Value * SumsBytes;
        }

        /// <summary>The part of a step of so many quads: with all steps as many bytes as the inputs have quants. The last 64 bytes for
        /// each of them (a fifth, or a ninth of words) are left to the hardware, which follows by then.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Fetch(int quads)
        {
            for (var line = 0; line < TCount.Value * 4 * quads; line += 64)
                TIsa.Prefetch(_records + line);
            TIsa.Prefetch(_sums);
            _records += TCount.Value * 4 * quads;
            _sums += TCount.Value * SumsBytes * 4 * quads / (PanelLayout.Chunk * PanelShape<TFormat, TProducts, TIsa, TVector>.QuantBytes);
        }
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
