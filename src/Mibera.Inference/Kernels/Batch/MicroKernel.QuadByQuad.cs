using System.Runtime.CompilerServices;

namespace Mibera.Inference.Kernels.Batch;

// The loop for sixteen registers: two vectors of weights are loaded for each quad and meet up to four inputs, whose products are
// added up in eight registers; what they are scaled to is added up in memory. Holding four quads of weights and the accumulators
// of two inputs instead takes 44 loads for 32 products and their sums, this 32: two of 32 bytes in a cycle are what Zen 3 has.
internal static unsafe partial class MicroKernel<TFormat, TProducts, TIsa, TVector>
{
    /// <summary>Whether this loop is taken: not where accumulators are wanted after every second quad, or only once.</summary>
    private static bool QuadByQuad
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TIsa.QuadByQuad && PanelShape<TFormat, TProducts, TIsa, TVector>.IsSuperBlock
            && TProducts.Depth >= 4 && !TProducts.Wide && !TProducts.Wraps;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunQuadByQuad<TCount>(
        byte* weights, byte* beside, nint groupBytes, byte* records, nint recordBytes, int units, byte* accumulators, byte* sums)
        where TCount : struct, ICount
    {
        var besideQuants = records + recordBytes - ActivationRecords.BesideQuants;
        var steps = TFormat.UnitElements / (4 * Depth);
        for (var u = 0; u < units; u++)
        {
            for (var t = 0; t < TCount.Value; t++)
            {
                TIsa.Store(Start(beside, u), Accumulator(accumulators, t, 0));
                TIsa.Store(Start(beside + groupBytes, u), Accumulator(accumulators, t, 1));
            }
            var scales = beside;
            for (var step = 0; step < steps; step++)
            {
                TVector p0 = default, p1 = default, p2 = default, p3 = default;
                TVector q0 = default, q1 = default, q2 = default, q3 = default;
                Multiply<TCount>(0, weights, groupBytes, records, recordBytes, ref p0, ref p1, ref p2, ref p3, ref q0, ref q1, ref q2, ref q3);
                Multiply<TCount>(1, weights, groupBytes, records, recordBytes, ref p0, ref p1, ref p2, ref p3, ref q0, ref q1, ref q2, ref q3);
                Multiply<TCount>(2, weights, groupBytes, records, recordBytes, ref p0, ref p1, ref p2, ref p3, ref q0, ref q1, ref q2, ref q3);
                Multiply<TCount>(3, weights, groupBytes, records, recordBytes, ref p0, ref p1, ref p2, ref p3, ref q0, ref q1, ref q2, ref q3);
                if (Depth == 8)
                {
                    Multiply<TCount>(4, weights, groupBytes, records, recordBytes, ref p0, ref p1, ref p2, ref p3, ref q0, ref q1, ref q2, ref q3);
                    Multiply<TCount>(5, weights, groupBytes, records, recordBytes, ref p0, ref p1, ref p2, ref p3, ref q0, ref q1, ref q2, ref q3);
                    Multiply<TCount>(6, weights, groupBytes, records, recordBytes, ref p0, ref p1, ref p2, ref p3, ref q0, ref q1, ref q2, ref q3);
                    Multiply<TCount>(7, weights, groupBytes, records, recordBytes, ref p0, ref p1, ref p2, ref p3, ref q0, ref q1, ref q2, ref q3);
                }
                AddScaled<TCount>(accumulators, scales, groupBytes, p0, p1, p2, p3, q0, q1, q2, q3);
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

    /// <summary>Adds the products of a quad of both vectors to those of its inputs, or begins with them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply<TCount>(
        int quad, byte* weights, nint groupBytes, byte* records, nint recordBytes,
        ref TVector p0, ref TVector p1, ref TVector p2, ref TVector p3, ref TVector q0, ref TVector q1, ref TVector q2, ref TVector q3)
        where TCount : struct, ICount
    {
        var v = TIsa.Load(weights + quad * 4 * TIsa.Rows);
        var w = TIsa.Load(weights + groupBytes + quad * 4 * TIsa.Rows);
        (p0, q0) = Multiply(quad, v, w, TIsa.Broadcast(records + 4 * quad), p0, q0);
        if (TCount.Value > 1)
            (p1, q1) = Multiply(quad, v, w, TIsa.Broadcast(records + 4 * quad + recordBytes), p1, q1);
        if (TCount.Value > 2)
            (p2, q2) = Multiply(quad, v, w, TIsa.Broadcast(records + 4 * quad + 2 * recordBytes), p2, q2);
        if (TCount.Value > 3)
            (p3, q3) = Multiply(quad, v, w, TIsa.Broadcast(records + 4 * quad + 3 * recordBytes), p3, q3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TVector P, TVector Q) Multiply(int quad, TVector v, TVector w, TVector x, TVector p, TVector q)
    {
        return quad == 0
            ? (TProducts.First<TIsa, TVector>(v, x), TProducts.First<TIsa, TVector>(w, x))
            : (TProducts.Next<TIsa, TVector>(p, v, x), TProducts.Next<TIsa, TVector>(q, w, x));
    }

    /// <summary>Adds sums of products, scaled, to the accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddScaled<TCount>(
        byte* accumulators, byte* scales, nint groupBytes,
        TVector p0, TVector p1, TVector p2, TVector p3, TVector q0, TVector q1, TVector q2, TVector q3)
        where TCount : struct, ICount
    {
        var s = LoadScale(scales);
        var t = LoadScale(scales + groupBytes);
        AddScaled(Accumulator(accumulators, 0, 0), p0, s);
        AddScaled(Accumulator(accumulators, 0, 1), q0, t);
        if (TCount.Value > 1)
        {
            AddScaled(Accumulator(accumulators, 1, 0), p1, s);
            AddScaled(Accumulator(accumulators, 1, 1), q1, t);
        }
        if (TCount.Value > 2)
        {
            AddScaled(Accumulator(accumulators, 2, 0), p2, s);
            AddScaled(Accumulator(accumulators, 2, 1), q2, t);
        }
        if (TCount.Value > 3)
        {
            AddScaled(Accumulator(accumulators, 3, 0), p3, s);
            AddScaled(Accumulator(accumulators, 3, 1), q3, t);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddScaled(byte* accumulator, TVector sums, TVector scale) =>
        TIsa.Store(Scale(TIsa.Load(accumulator), sums, scale), accumulator);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Accumulator(byte* accumulators, int input, int vector) => accumulators + (2 * input + vector) * 4 * TIsa.Rows;
}
