namespace Mibera.Inference.Tests.Kernels;

/// <summary>Reproducible floats, and the scalar re-statement of the engine's lane pattern.</summary>
internal static class FloatTestData
{
    /// <summary>Uniform floats in [-scale, scale] from a fixed linear congruential generator.</summary>
    public static float[] Uniform(int count, uint seed, float scale = 1)
    {
        var result = new float[count];
        var state = seed * 2654435761u + 12345;
        for (var i = 0; i < count; i++)
        {
            state = state * 1664525 + 1013904223;
            result[i] = ((int)(state >> 8) - (1 << 23)) / (float)(1 << 23) * scale;
        }
        return result;
    }

    /// <summary>Element i is added in lane i % 16 by <paramref name="add"/>, then lanes 8, 4, 2 and 1 apart are joined.</summary>
    public static float LaneSum(int count, Func<float, int, float> add)
    {
        var lanes = new float[16];
        for (var i = 0; i < count; i++)
            lanes[i % 16] = add(lanes[i % 16], i);
        for (var apart = 8; apart >= 1; apart /= 2)
        {
            for (var i = 0; i < apart; i++)
                lanes[i] += lanes[i + apart];
        }
        return lanes[0];
    }

    /// <summary>Equal bits; zeros of different sign differ.</summary>
    public static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                Assert.Fail($"Element {i} of {expected.Length}: expected {expected[i]:R}, found {actual[i]:R}.");
        }
    }
}
