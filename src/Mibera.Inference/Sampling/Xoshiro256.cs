using System.Buffers.Binary;
using System.Numerics;

namespace Mibera.Inference.Sampling;

/// <summary>
/// The library's random numbers: xoshiro256++ 1.0, its state filled by SplitMix64 from the seed as its authors recommend (Blackman and Vigna,
/// https://prng.di.unimi.it, public domain). Integers only, so a seed gives the same numbers everywhere.
/// </summary>
internal sealed class Xoshiro256
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    public Xoshiro256(ulong seed)
    {
        _s0 = SplitMix64(ref seed);
        _s1 = SplitMix64(ref seed);
        _s2 = SplitMix64(ref seed);
        _s3 = SplitMix64(ref seed);
    }

    internal Xoshiro256(ulong s0, ulong s1, ulong s2, ulong s3) => (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);

    /// <summary>
    /// A seed that nobody chose. From a version 4 GUID: the system's own random numbers, while RandomNumberGenerator loads OpenSSL on Linux
    /// and ends the process where that is not installed. Each fixed bit of a GUID (version in byte 7, variant in byte 8) meets a random
    /// one of the other half. 63 bits: every signed 64-bit option can repeat it, --seed for one.
    /// </summary>
    public static ulong NewSeed()
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.NewGuid().TryWriteBytes(bytes);
        return (BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..])) >> 1;
    }

    public ulong Next()
    {
        ulong result = BitOperations.RotateLeft(_s0 + _s3, 23) + _s0;
        ulong t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>A multiple of 2^-53 in [0, 1), all equally likely.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1L << 53));

    internal static ulong SplitMix64(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
