using System.Runtime.CompilerServices;

namespace Mibera.Inference.Kernels.Batch;

// The loop for sixteen registers: two vectors of weights are loaded for each quad and meet up to four inputs, whose products are
// added up in eight registers; what they are scaled to is added up in memory. Counted for 64 products (four inputs, eight quads, two
// vectors): 16 loads of weights, 32 of activations, 8 of accumulators, 2 of scales. RunByEight with two inputs takes each weight
// twice, 32 loads, and the registers that hold four quads are too few for its accumulators, too. Two loads a cycle are what Zen 3
// has: prefill of Q2_K, Q4_K, Q5_K and IQ1_S became 11 to 16 % faster, of Q3_K and IQ3_S 4 %.
internal static unsafe partial class MicroKernel<TFormat, TProducts, TIsa, TVector>
{
    /// <summary>
    /// Whether <see cref="RunQuadByQuad"/> is taken: not where only two quads are added up before they are scaled (Q6_K was 11 %
    /// slower, IQ2 5 %), and not for units of 32, whose sums are scaled but once or twice (Q4_0 was 15 % slower).
    /// </summary>
    private static bool QuadByQuad
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TIsa.QuadByQuad && PanelShape<TFormat, TProducts, TIsa, TVector>.IsSuperBlock && Depth >= 4
            && !PanelShape<TFormat, TProducts, TIsa, TVector>.Words && !PanelShape<TFormat, TProducts, TIsa, TVector>.Wraps;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunQuadByQuad<TCount>(
        byte* weights, byte* beside, nint groupBytes, byte* records, nint recordBytes, int units, byte* accumulators, byte* sums)
        where TCount : struct, ICount
    {
        var besideQuants = records + recordBytes - ActivationRecords.BesideQuants;
        var next = new NextInputs<TCount>(records, recordBytes, sums);
        for (var u = 0; u < units; u++)
        {
            for (var t = 0; t < TCount.Value; t++)
            {
                TIsa.Store(Start(beside, u), Accumulator(accumulators, t, 0));
                TIsa.Store(Start(beside + groupBytes, u), Accumulator(accumulators, t, 1));
            }
            var scales = beside;
            for (var step = 0; step < TFormat.UnitElements / (4 * Depth); step++)
            {
                next.Fetch(Depth);
                var products = default(ProductSums);
                Multiply<TCount>(0, weights, groupBytes, records, recordBytes, ref products);
                Multiply<TCount>(1, weights, groupBytes, records, recordBytes, ref products);
                Multiply<TCount>(2, weights, groupBytes, records, recordBytes, ref products);
                Multiply<TCount>(3, weights, groupBytes, records, recordBytes, ref products);
                if (Depth == 8)
                {
                    Multiply<TCount>(4, weights, groupBytes, records, recordBytes, ref products);
                    Multiply<TCount>(5, weights, groupBytes, records, recordBytes, ref products);
                    Multiply<TCount>(6, weights, groupBytes, records, recordBytes, ref products);
                    Multiply<TCount>(7, weights, groupBytes, records, recordBytes, ref products);
                }
                AddScaled<TCount>(accumulators, LoadScale(scales), LoadScale(scales + groupBytes), products);
                weights += Depth * 4 * TIsa.Rows;
                scales += Depth * TIsa.Rows;
                records += Depth * 4;
            }
            for (var t = 0; t < TCount.Value; t++)
            {
                Finish(
                    beside, groupBytes, u, besideQuants + t * recordBytes,
                    TIsa.Load(Accumulator(accumulators, t, 0)), TIsa.Load(Accumulator(accumulators, t, 1)), sums + t * SumsBytes);
            }
        }
    }

    /// <summary>Adds the products of a quad (a constant) of both vectors to the sums, or begins them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply<TCount>(
        int quad, byte* weights, nint groupBytes, byte* records, nint recordBytes, ref ProductSums sums)
        where TCount : struct, ICount
    {
        var v = TIsa.Load(weights + quad * 4 * TIsa.Rows);
        var w = TIsa.Load(weights + groupBytes + quad * 4 * TIsa.Rows);
        (sums.P0, sums.Q0) = Multiply(quad, v, w, records, sums.P0, sums.Q0);
        if (TCount.Value > 1)
            (sums.P1, sums.Q1) = Multiply(quad, v, w, records + recordBytes, sums.P1, sums.Q1);
        if (TCount.Value > 2)
            (sums.P2, sums.Q2) = Multiply(quad, v, w, records + 2 * recordBytes, sums.P2, sums.Q2);
        if (TCount.Value > 3)
            (sums.P3, sums.Q3) = Multiply(quad, v, w, records + 3 * recordBytes, sums.P3, sums.Q3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TVector P, TVector Q) Multiply(int quad, TVector v, TVector w, byte* record, TVector p, TVector q)
    {
        var x = TIsa.Broadcast(record + 4 * quad);
        return quad == 0
            ? (TProducts.First<TIsa, TVector>(v, x), TProducts.First<TIsa, TVector>(w, x))
            : (TProducts.Next<TIsa, TVector>(p, v, x), TProducts.Next<TIsa, TVector>(q, w, x));
    }

    /// <summary>Adds sums of products, scaled, to the accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddScaled<TCount>(byte* accumulators, TVector s, TVector t, in ProductSums sums)
        where TCount : struct, ICount
    {
        AddScaled(accumulators, 0, s, t, sums.P0, sums.Q0);
        if (TCount.Value > 1)
            AddScaled(accumulators, 1, s, t, sums.P1, sums.Q1);
        if (TCount.Value > 2)
            AddScaled(accumulators, 2, s, t, sums.P2, sums.Q2);
        if (TCount.Value > 3)
            AddScaled(accumulators, 3, s, t, sums.P3, sums.Q3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddScaled(byte* accumulators, int input, TVector s, TVector t, TVector p, TVector q)
    {
        var a = Accumulator(accumulators, input, 0);
        var b = Accumulator(accumulators, input, 1);
        TIsa.Store(Scale(TIsa.Load(a), p, s), a);
        TIsa.Store(Scale(TIsa.Load(b), q, t), b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Accumulator(byte* accumulators, int input, int vector) => accumulators + (2 * input + vector) * 4 * TIsa.Rows;

    /// <summary>Sums of products of both vectors with four inputs.</summary>
    private struct ProductSums
    {
        public TVector P0, Q0, P1, Q1, P2, Q2, P3, Q3;
    }
}
