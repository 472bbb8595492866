namespace Mibera.Inference.Tests.Kernels;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every runtime, so a failure can be repeated.</summary>
internal sealed class TestRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        var z = _state += 0x9e3779b97f4a7c15;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        return z ^ z >> 31;
    }

    /// <summary>An integer in [0, <paramref name="bound"/>).</summary>
    public int Next(int bound) => (int)(Next() >> 33) % bound;

    /// <summary>Uniform in [0, 1).</summary>
    public float NextFloat() => (Next() >> 40) * (1f / (1 << 24));

    /// <summary>Nearly gaussian with deviation 1: the sum of twelve uniforms.</summary>
    public float NextGaussian()
    {
        var sum = -6f;
        for (var i = 0; i < 12; i++)
            sum += NextFloat();
        return sum;
    }
}
