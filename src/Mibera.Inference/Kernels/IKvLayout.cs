using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels;

/// <summary>
/// How the keys and values of one KV head lie in memory, in groups of 32 consecutive positions. Keys are transposed
/// (element d of all 32 positions together), so that scores need no sums across lanes; values lie position by position.
/// </summary>
internal unsafe interface IKvLayout
{
    /// <summary>Bytes of 32 keys.</summary>
    static abstract int KeyGroupBytes(int headDimension);

    /// <summary>Bytes of 32 values.</summary>
    static abstract int ValueGroupBytes(int headDimension);

    /// <summary>Stores a key as position <paramref name="slot"/> (0 to 31) of its group.</summary>
    static abstract void WriteKey(byte* group, int slot, float* key, int headDimension);

    /// <summary>Stores a value as position <paramref name="slot"/> of its group.</summary>
    static abstract void WriteValue(byte* group, int slot, float* value, int headDimension);

    /// <summary>What <see cref="LoadKeys"/> needs for elements 32 * <paramref name="block"/> and up: scales of the 32
    /// positions.</summary>
    static abstract KvVectors LoadKeyScales(byte* group, int headDimension, int block);

    /// <summary>Element <paramref name="d"/> of the group's 32 keys.</summary>
    static abstract KvVectors LoadKeys(byte* group, int d, KvVectors scales);

    /// <summary>Elements 32 * <paramref name="block"/> and up of the value at <paramref name="slot"/>. Behind the head's
    /// last element the lanes hold anything.</summary>
    static abstract KvVectors LoadValues(byte* group, int slot, int headDimension, int block);
}

/// <summary>32 floats.</summary>
internal readonly struct KvVectors(Vector512<float> low, Vector512<float> high)
{
    public readonly Vector512<float> Low = low;
    public readonly Vector512<float> High = high;
}
