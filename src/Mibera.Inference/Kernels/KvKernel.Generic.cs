using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels;

/// <summary>The loops over groups, once for every layout.</summary>
internal sealed unsafe class KvKernel<TLayout> : KvKernel
    where TLayout : struct, IKvLayout
{
    public override int KeyGroupBytes(int headDimension) => TLayout.KeyGroupBytes(headDimension);

    public override int ValueGroupBytes(int headDimension) => TLayout.ValueGroupBytes(headDimension);

    public override void WriteKey(byte* group, int slot, float* key, int headDimension) =>
        TLayout.WriteKey(group, slot, key, headDimension);

    public override void WriteValue(byte* group, int slot, float* value, int headDimension) =>
        TLayout.WriteValue(group, slot, value, headDimension);

    public override void ExpandKeys(byte* group, int headDimension, float* target)
    {
        for (var first = 0; first < headDimension; first += 32)
        {
            var scales = TLayout.LoadKeyScales(group, headDimension, first / 32);
            for (var d = first; d < Math.Min(first + 32, headDimension); d++)
                Store(TLayout.LoadKeys(group, d, scales), target + d * Group);
        }
    }

    public override void ExpandValues(byte* group, int headDimension, float* target)
    {
        var stride = PaddedDimension(headDimension);
        for (var slot = 0; slot < Group; slot++)
        {
            for (var block = 0; block < stride / 32; block++)
                Store(TLayout.LoadValues(group, slot, headDimension, block), target + slot * stride + block * 32);
        }
    }

    // 8 accumulators: enough to hide the latency of two multiply-adds a cycle.
    public override void Score4(byte* group, float* queries, int headDimension, float* scores, int scoreStride)
    {
        var stride = PaddedDimension(headDimension);
        Vector512<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        for (var first = 0; first < headDimension; first += 32)
        {
            var scales = TLayout.LoadKeyScales(group, headDimension, first / 32);
            var end = Math.Min(first + 32, headDimension);
            for (var d = first; d < end; d++)
            {
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
        Store(new KvVectors(a0, a1), scores);
        Store(new KvVectors(b0, b1), scores + scoreStride);
        Store(new KvVectors(c0, c1), scores + 2 * scoreStride);
        Store(new KvVectors(d0, d1), scores + 3 * scoreStride);
    }

    public override void Score1(byte* group, float* query, int headDimension, float* scores)
    {
        Vector512<float> a0 = default, a1 = default;
        for (var first = 0; first < headDimension; first += 32)
        {
            var scales = TLayout.LoadKeyScales(group, headDimension, first / 32);
            var end = Math.Min(first + 32, headDimension);
            for (var d = first; d < end; d++)
            {
                var keys = TLayout.LoadKeys(group, d, scales);
                a0 = Vector512.FusedMultiplyAdd(Vector512.Create(query[d]), keys.Low, a0);
                a1 = Vector512.FusedMultiplyAdd(Vector512.Create(query[d]), keys.High, a1);
            }
        }
        Store(new KvVectors(a0, a1), scores);
    }

    public override void AddValues4(
        byte* group, float* weights, int weightStride, int begin, int end, int headDimension, float* sums, int sumStride)
    {
        for (var block = 0; block < PaddedDimension(headDimension) / 32; block++)
        {
            var target = sums + block * 32;
            var (a0, a1) = (Vector512.Load(target), Vector512.Load(target + 16));
            var (b0, b1) = (Vector512.Load(target + sumStride), Vector512.Load(target + sumStride + 16));
            var (c0, c1) = (Vector512.Load(target + 2 * sumStride), Vector512.Load(target + 2 * sumStride + 16));
            var (d0, d1) = (Vector512.Load(target + 3 * sumStride), Vector512.Load(target + 3 * sumStride + 16));
            for (var j = begin; j < end; j++)
            {
                var values = TLayout.LoadValues(group, j, headDimension, block);
                var weight = Vector512.Create(weights[j]);
                a0 = Vector512.FusedMultiplyAdd(weight, values.Low, a0);
                a1 = Vector512.FusedMultiplyAdd(weight, values.High, a1);
                weight = Vector512.Create(weights[weightStride + j]);
                b0 = Vector512.FusedMultiplyAdd(weight, values.Low, b0);
                b1 = Vector512.FusedMultiplyAdd(weight, values.High, b1);
                weight = Vector512.Create(weights[2 * weightStride + j]);
                c0 = Vector512.FusedMultiplyAdd(weight, values.Low, c0);
                c1 = Vector512.FusedMultiplyAdd(weight, values.High, c1);
                weight = Vector512.Create(weights[3 * weightStride + j]);
                d0 = Vector512.FusedMultiplyAdd(weight, values.Low, d0);
                d1 = Vector512.FusedMultiplyAdd(weight, values.High, d1);
            }
            Store(new KvVectors(a0, a1), target);
            Store(new KvVectors(b0, b1), target + sumStride);
            Store(new KvVectors(c0, c1), target + 2 * sumStride);
            Store(new KvVectors(d0, d1), target + 3 * sumStride);
        }
    }

    public override void AddValues1(byte* group, float* weights, int begin, int end, int headDimension, float* sums)
    {
        for (var block = 0; block < PaddedDimension(headDimension) / 32; block++)
        {
            var target = sums + block * 32;
            var (a0, a1) = (Vector512.Load(target), Vector512.Load(target + 16));
            for (var j = begin; j < end; j++)
            {
                var values = TLayout.LoadValues(group, j, headDimension, block);
                a0 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[j]), values.Low, a0);
                a1 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[j]), values.High, a1);
            }
            Store(new KvVectors(a0, a1), target);
        }
    }

    private static void Store(KvVectors vectors, float* target)
    {
        vectors.Low.Store(target);
        vectors.High.Store(target + Lanes.Count);
    }
}
