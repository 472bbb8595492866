using Mibera.Inference.Kernels;
using Mibera.Inference.Memory;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Tests.Memory;

/// <summary>The reader for finite halves is right only as long as all of them are: a cache must see the first that is not.</summary>
public sealed unsafe class KvSpecialValueTests
{
    // Vectors of 32 halves: a part of one, one, one and a part; pieces of 256: more than one.
    [Theory]
    [InlineData(8)]
    [InlineData(32)]
    [InlineData(40)]
    [InlineData(300)]
    public void AreSeenInEveryElement(int headDimension)
    {
        var row = new float[2 * headDimension];
        // The largest half, and what rounds to it, are finite.
        Array.Fill(row, 65519f);
        Assert.False(IsCareful(row, row, headDimension));
        foreach (var value in (float[])[65520f, float.NegativeInfinity, float.NaN])
        {
            for (var i = 0; i < row.Length; i++)
            {
                var special = (float[])row.Clone();
                special[i] = value;
                Assert.True(IsCareful(special, row, headDimension), $"{value} in element {i} of the keys");
                Assert.True(IsCareful(row, special, headDimension), $"{value} in element {i} of the values");
            }
        }
    }

    private static bool IsCareful(float[] keys, float[] values, int headDimension)
    {
        using var cache = new KvCache(layers: 1, heads: 2, headDimension, positions: 32);
        fixed (float* k = keys, v = values)
            cache.Write(layer: 0, first: 5, tokens: 1, k, v, stride: keys.Length, WorkerPool.Inline);
        var careful = KvStorage.Get(KvCacheType.F16).CarefulReader;
        Assert.Equal(cache.Keys == careful, cache.Values == careful);
        return cache.Keys == careful;
    }
}
