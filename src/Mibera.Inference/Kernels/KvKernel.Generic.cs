using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels;

/// <summary>
/// The loops over groups, once for every layout. 8 accumulators of 16 lanes hide the latency of two multiply-adds a cycle;
/// where a vector of 16 lanes takes two of 16 registers, half as many are kept at a time.
/// </summary>
internal sealed unsafe class KvKernel<TLayout> : KvKernel
    where TLayout : struct, IKvLayout
{
    public override void ExpandKeys(byte* group, int headDimension, float* target)
    {
        for (var first = 0; first < headDimension; first += 32)
        {
            var scales = TLayout.LoadKeyScales(group, headDimension, first / 32);
            for (var d = first; d < Math.Min(first + 32, headDimension); d++)
                TLayout.LoadKeys(group, d, scales).Store(target + d * Group, target + d * Group + 16);
        }
    }

    public override void ExpandValues(byte* group, int headDimension, float* target)
    {
        var stride = PaddedDimension(headDimension);
        var scales = default(KvVectors);
        for (var first = 0; first < stride; first += 32)
        {
            TLayout.LoadValueScales(group, headDimension, first / 32, (float*)&scales);
            for (var pair = 0; pair < Group / 2; pair++)
            {
                var row = target + 2 * pair * stride + first;
                TLayout.LoadValues(group, pair, headDimension, first, (float*)&scales).Store(row, row + stride);
                TLayout.LoadValues(group, pair, headDimension, first + 16, (float*)&scales).Store(row + 16, row + stride + 16);
            }
        }
    }

    public override void Score4(byte* group, float* queries, int headDimension, float* scores, int scoreStride, byte* ahead)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            ScoreWhole(group, queries, headDimension, scores, scoreStride, ahead);
            return;
        }
        ScoreHalf(group, queries, headDimension, scores, scoreStride, ahead, high: false);
        ScoreHalf(group, queries, headDimension, scores + 16, scoreStride, ahead, high: true);
    }

    public override void Score1(byte* group, float* query, int headDimension, float* scores, byte* ahead)
    {
        var step = TLayout.KeyGroupBytes(headDimension) / headDimension;
        Vector512<float> low = default, high = default;
        for (var first = 0; first < headDimension; first += 32)
        {
            var scales = TLayout.LoadKeyScales(group, headDimension, first / 32);
            var end = Math.Min(first + 32, headDimension);
            for (var d = first; d < end; d++)
            {
                Hint.Prefetch(ahead + d * step);
                var keys = TLayout.LoadKeys(group, d, scales);
                low = Vector512.FusedMultiplyAdd(Vector512.Create(query[d]), keys.Low, low);
                high = Vector512.FusedMultiplyAdd(Vector512.Create(query[d]), keys.High, high);
            }
        }
        new KvVectors(low, high).Store(scores, scores + 16);
    }

    public override void AddValues4(
        byte* group, float* weights, int weightStride, int begin, int end, int headDimension, float* sums, int sumStride, byte* ahead)
    {
        // Values are read in pairs of slots; a single one at either end goes alone.
        if ((begin & 1) != 0 && begin < end)
            AddSlot(group, weights, weightStride, begin++, headDimension, sums, sumStride, rows: 4);
        var pairs = (end - begin) / 2;
        if (pairs > 0 && Vector512.IsHardwareAccelerated)
            AddPairs32(group, weights + begin, weightStride, begin / 2, pairs, headDimension, sums, sumStride, ahead);
        else if (pairs > 0)
            AddPairs16(group, weights + begin, weightStride, begin / 2, pairs, headDimension, sums, sumStride, ahead);
        if (begin + 2 * pairs < end)
            AddSlot(group, weights, weightStride, end - 1, headDimension, sums, sumStride, rows: 4);
    }

    public override void AddValues1(byte* group, float* weights, int begin, int end, int headDimension, float* sums, byte* ahead)
    {
        if ((begin & 1) != 0 && begin < end)
            AddSlot(group, weights, 0, begin++, headDimension, sums, 0, rows: 1);
        var pairs = (end - begin) / 2;
        if (pairs > 0)
            AddPairs1(group, weights + begin, begin / 2, pairs, headDimension, sums, ahead);
        if (begin + 2 * pairs < end)
            AddSlot(group, weights, 0, end - 1, headDimension, sums, 0, rows: 1);
    }

    private static void ScoreWhole(byte* group, float* queries, int headDimension, float* scores, int scoreStride, byte* ahead)
    {
        var stride = PaddedDimension(headDimension);
        var step = TLayout.KeyGroupBytes(headDimension) / headDimension;
        Vector512<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        for (var first = 0; first < headDimension; first += 32)
        {
            var scales = TLayout.LoadKeyScales(group, headDimension, first / 32);
            var end = Math.Min(first + 32, headDimension);
            for (var d = first; d < end; d++)
            {
                Hint.Prefetch(ahead + d * step);
                var keys = TLayout.LoadKeys(group, d, scales);
                var query = Vector512.Create(queries[d]);
                a0 = Vector512.FusedMultiplyAdd(query, keys.Low, a0);
                a1 = Vector512.FusedMultiplyAdd(query, keys.High, a1);
                query = Vector512.Create(queries[stride + d]);
                b0 = Vector512.FusedMultiplyAdd(query, keys.Low, b0);
                b1 = Vector512.FusedMultiplyAdd(query, keys.High, b1);
                query = Vector512.Create(queries[2 * stride + d]);
                c0 = Vector512.FusedMultiplyAdd(query, keys.Low, c0);
                c1 = Vector512.FusedMultiplyAdd(query, keys.High, c1);
                query = Vector512.Create(queries[3 * stride + d]);
                d0 = Vector512.FusedMultiplyAdd(query, keys.Low, d0);
                d1 = Vector512.FusedMultiplyAdd(query, keys.High, d1);
            }
        }
        new KvVectors(a0, a1).Store(scores, scores + 16);
        new KvVectors(b0, b1).Store(scores + scoreStride, scores + scoreStride + 16);
        new KvVectors(c0, c1).Store(scores + 2 * scoreStride, scores + 2 * scoreStride + 16);
        new KvVectors(d0, d1).Store(scores + 3 * scoreStride, scores + 3 * scoreStride + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ScoreHalf(byte* group, float* queries, int headDimension, float* scores, int scoreStride, byte* ahead, bool high)
    {
        var stride = PaddedDimension(headDimension);
        var step = TLayout.KeyGroupBytes(headDimension) / headDimension;
        Vector512<float> a = default, b = default, c = default, e = default;
        for (var first = 0; first < headDimension; first += 32)
        {
            var scales = TLayout.LoadKeyScales(group, headDimension, first / 32);
            var end = Math.Min(first + 32, headDimension);
            for (var d = first; d < end; d++)
            {
                if (!high)
                    Hint.Prefetch(ahead + d * step);
                var both = TLayout.LoadKeys(group, d, scales);
                var keys = high ? both.High : both.Low;
                a = Vector512.FusedMultiplyAdd(Vector512.Create(queries[d]), keys, a);
                b = Vector512.FusedMultiplyAdd(Vector512.Create(queries[stride + d]), keys, b);
                c = Vector512.FusedMultiplyAdd(Vector512.Create(queries[2 * stride + d]), keys, c);
                e = Vector512.FusedMultiplyAdd(Vector512.Create(queries[3 * stride + d]), keys, e);
            }
        }
        a.Store(scores);
        b.Store(scores + scoreStride);
        c.Store(scores + 2 * scoreStride);
        e.Store(scores + 3 * scoreStride);
    }

    private static void AddPairs32(
        byte* group, float* weights, int weightStride, int pair, int pairs, int headDimension, float* sums, int sumStride, byte* ahead)
    {
        var scales = default(KvVectors);
        for (var first = 0; first < headDimension; first += 32)
        {
            TLayout.LoadValueScales(group, headDimension, first / 32, (float*)&scales);
            var target = sums + first;
            var (a0, a1) = (Vector512.Load(target), Vector512.Load(target + 16));
            var (b0, b1) = (Vector512.Load(target + sumStride), Vector512.Load(target + sumStride + 16));
            var (c0, c1) = (Vector512.Load(target + 2 * sumStride), Vector512.Load(target + 2 * sumStride + 16));
            var (d0, d1) = (Vector512.Load(target + 3 * sumStride), Vector512.Load(target + 3 * sumStride + 16));
            for (var j = 0; j < pairs; j++)
            {
                Hint.Prefetch(ahead);
                Hint.Prefetch(ahead + 64);
                ahead += 128;
                var v0 = TLayout.LoadValues(group, pair + j, headDimension, first, (float*)&scales);
                var v1 = TLayout.LoadValues(group, pair + j, headDimension, first + 16, (float*)&scales);
                var w = weights + 2 * j;
                (a0, a1) = (Add(a0, w, v0), Add(a1, w, v1));
                (b0, b1) = (Add(b0, w + weightStride, v0), Add(b1, w + weightStride, v1));
                (c0, c1) = (Add(c0, w + 2 * weightStride, v0), Add(c1, w + 2 * weightStride, v1));
                (d0, d1) = (Add(d0, w + 3 * weightStride, v0), Add(d1, w + 3 * weightStride, v1));
            }
            new KvVectors(a0, a1).Store(target, target + 16);
            new KvVectors(b0, b1).Store(target + sumStride, target + sumStride + 16);
            new KvVectors(c0, c1).Store(target + 2 * sumStride, target + 2 * sumStride + 16);
            new KvVectors(d0, d1).Store(target + 3 * sumStride, target + 3 * sumStride + 16);
        }
    }

    private static void AddPairs16(
        byte* group, float* weights, int weightStride, int pair, int pairs, int headDimension, float* sums, int sumStride, byte* ahead)
    {
        var scales = default(KvVectors);
        for (var first = 0; first < headDimension; first += 16)
        {
            TLayout.LoadValueScales(group, headDimension, first / 32, (float*)&scales);
            var target = sums + first;
            var (a, b) = (Vector512.Load(target), Vector512.Load(target + sumStride));
            var (c, d) = (Vector512.Load(target + 2 * sumStride), Vector512.Load(target + 3 * sumStride));
            for (var j = 0; j < pairs; j++)
            {
                Hint.Prefetch(ahead);
                ahead += 64;
                var values = TLayout.LoadValues(group, pair + j, headDimension, first, (float*)&scales);
                var w = weights + 2 * j;
                a = Add(a, w, values);
                b = Add(b, w + weightStride, values);
                c = Add(c, w + 2 * weightStride, values);
                d = Add(d, w + 3 * weightStride, values);
            }
            new KvVectors(a, b).Store(target, target + sumStride);
            new KvVectors(c, d).Store(target + 2 * sumStride, target + 3 * sumStride);
        }
    }

    private static void AddPairs1(byte* group, float* weights, int pair, int pairs, int headDimension, float* sums, byte* ahead)
    {
        var scales = default(KvVectors);
        for (var first = 0; first < headDimension; first += 32)
        {
            TLayout.LoadValueScales(group, headDimension, first / 32, (float*)&scales);
            var target = sums + first;
            var (a0, a1) = (Vector512.Load(target), Vector512.Load(target + 16));
            for (var j = 0; j < pairs; j++)
            {
                Hint.Prefetch(ahead);
                Hint.Prefetch(ahead + 64);
                ahead += 128;
                a0 = Add(a0, weights + 2 * j, TLayout.LoadValues(group, pair + j, headDimension, first, (float*)&scales));
                a1 = Add(a1, weights + 2 * j, TLayout.LoadValues(group, pair + j, headDimension, first + 16, (float*)&scales));
            }
            new KvVectors(a0, a1).Store(target, target + 16);
        }
    }

    private static void AddSlot(
        byte* group, float* weights, int weightStride, int slot, int headDimension, float* sums, int sumStride, int rows)
    {
        var scales = default(KvVectors);
        for (var first = 0; first < headDimension; first += 16)
        {
            TLayout.LoadValueScales(group, headDimension, first / 32, (float*)&scales);
            var both = TLayout.LoadValues(group, slot / 2, headDimension, first, (float*)&scales);
            var value = slot % 2 == 0 ? both.Low : both.High;
            for (var row = 0; row < rows; row++)
            {
                var target = sums + row * sumStride + first;
                Vector512.FusedMultiplyAdd(Vector512.Create(weights[row * weightStride + slot]), value, Vector512.Load(target)).Store(target);
            }
        }
    }

    /// <summary>The values of two slots after each other, so that the order of additions is that of single slots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Add(Vector512<float> sum, float* weights, KvVectors values)
    {
        sum = Vector512.FusedMultiplyAdd(Vector512.Create(weights[0]), values.Low, sum);
        return Vector512.FusedMultiplyAdd(Vector512.Create(weights[1]), values.High, sum);
    }
}
