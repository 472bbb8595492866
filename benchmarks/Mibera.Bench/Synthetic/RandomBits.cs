namespace Mibera.Bench.Synthetic;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same bytes on every machine.</summary>
internal sealed class RandomBits(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        var z = _state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public float NextSingle(float low, float high) => low + (high - low) * ((Next() >> 40) * (1f / (1 << 24)));

    public int NextInt32(int below) => (int)(Next() % (ulong)below);

    public void Fill(Span<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) BitConverter.TryWriteBytes(bytes, Next());
        for (var rest = Next(); bytes.Length > 0; bytes = bytes[1..], rest >>= 8) bytes[0] = (byte)rest;
    }
}
