using Mibera.Inference.Kernels;
using Mibera.Inference.Memory;
using Mibera.Inference.Tests.Kernels;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Tests.Memory;

/// <summary>Positions forgotten in the middle: those behind are as if they had been written where they are now.</summary>
public sealed unsafe class KvDiscardTests
{
    private const int Layers = 2, Heads = 3, Positions = 150;

    [Theory]
    [InlineData(KvCacheType.F32, 1e-5)]
    [InlineData(KvCacheType.F16, 5e-4)]
    [InlineData(KvCacheType.Q8_0, 0.02)]
    [InlineData(KvCacheType.Q4_0, 0.3)]
    public void TheRestMovesUpAndTurns(KvCacheType type, double tolerance)
    {
        foreach (var (width, dimensions, order) in new[] { (64, 64, RopeOrder.Halves), (40, 16, RopeOrder.Pairs), (96, 72, RopeOrder.Halves) })
        {
            foreach (var (start, count) in new[] { (0, 32), (5, 64), (33, 7), (1, 100), (70, 0) })
                Check(type, width, new RopeFrequencies(new RopeParameters { Dimensions = dimensions, Base = 10000f, Order = order }), start, count, tolerance);
        }
    }

    private static void Check(KvCacheType type, int width, RopeFrequencies rope, int start, int count, double tolerance)
    {
        using var pool = new WorkerPool(2);
        using var cache = new KvCache(Layers, Heads, width, Positions, type, type);
        using var expected = new KvCache(Layers, Heads, width, Positions, type, type);
        var random = new TestRandom(5);
        for (var position = 0; position < Positions; position++)
        {
            float[] keys = [.. Enumerable.Range(0, Heads * width).Select(_ => random.NextGaussian())], values = [.. keys.Select(k => k / 2)];
            Write(cache, position, keys, values, rope, pool);
            if (position < start || position >= start + count)
                Write(expected, position < start ? position : position - count, keys, values, rope, pool);
        }
        cache.Discard(start, count, rope, pool);
        Assert.Equal(Positions - count, cache.Length);
        for (var index = 0; index < Layers * Heads; index++)
        {
            var (layer, head) = Math.DivRem(index, Heads);
            for (var group = 0; group * KvKernel.Group < cache.Length; group++)
                AssertClose(cache, expected, layer, head, group, width, tolerance);
        }
    }

    private static void Write(KvCache cache, int position, float[] keys, float[] values, RopeFrequencies rope, WorkerPool pool)
    {
        using var table = new RopeTable(1, rope.Pairs);
        table.Fill(rope, position, 1);
        var turned = (float[])keys.Clone();
        fixed (float* key = turned)
        fixed (float* value = values)
        {
            table.Apply(0, key, Heads, keys.Length / Heads);
            for (var layer = 0; layer < Layers; layer++)
                cache.Write(layer, position, 1, key, value, keys.Length, pool);
        }
        cache.Commit(position + 1);
    }

    private static void AssertClose(KvCache cache, KvCache expected, int layer, int head, int group, int width, double tolerance)
    {
        var row = KvKernel.PaddedDimension(width);
        float[] actual = new float[KvKernel.Group * row], wanted = new float[KvKernel.Group * row];
        var last = Math.Min(KvKernel.Group, cache.Length - group * KvKernel.Group);
        fixed (float* a = actual)
        fixed (float* w = wanted)
        {
            cache.Keys.ExpandKeys(cache.KeyGroup(layer, head, group), width, a);
            expected.Keys.ExpandKeys(expected.KeyGroup(layer, head, group), width, w);
            // Of keys the root of the mean square: theirs is about 1, and a key turned wrongly is off by as much.
            var square = 0.0;
            for (var slot = 0; slot < last; slot++)
            {
                for (var d = 0; d < width; d++)
                    square += Math.Pow(w[d * KvKernel.Group + slot] - a[d * KvKernel.Group + slot], 2) / (last * width);
            }
            Assert.InRange(Math.Sqrt(square), 0, tolerance);
            cache.Values.ExpandValues(cache.ValueGroup(layer, head, group), width, a);
            expected.Values.ExpandValues(expected.ValueGroup(layer, head, group), width, w);
            for (var slot = 0; slot < last; slot++)
            {
                for (var d = 0; d < width; d++)
                    Assert.Equal(w[slot * row + d], a[slot * row + d], 0.002);
            }
        }
    }
}
