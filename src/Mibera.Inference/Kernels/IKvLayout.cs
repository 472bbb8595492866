using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels;

/// <summary>
/// How kernels read the keys and values of one KV head, in groups of 32 consecutive positions (slots). Keys are
/// transposed: element d of all 32 positions together, so that scores need no sums across lanes.
/// </summary>
internal unsafe interface IKvLayout
{
    /// <summary>Bytes of 32 keys.</summary>
    static abstract int KeyGroupBytes(int headDimension);

    /// <summary>Bytes of 32 values.</summary>
    static abstract int ValueGroupBytes(int headDimension);

    /// <summary>The scales of all slots for elements 32 * <paramref name="block"/> and up, for <see cref="LoadKeys"/>.</summary>
    static abstract KvVectors LoadKeyScales(byte* group, int headDimension, int block);

    /// <summary>Element <paramref name="d"/> of the group's keys: slots 0 to 15, and 16 to 31.</summary>
    static abstract KvVectors LoadKeys(byte* group, int d, KvVectors scales);

    /// <summary>Writes the scales [32] of all slots for elements 32 * <paramref name="block"/> and up, for
    /// <see cref="LoadValues"/>.</summary>
    static abstract void LoadValueScales(byte* group, int headDimension, int block, float* scales);

    /// <summary>
    /// Elements <paramref name="first"/> (a multiple of 16) and up of two values: of slots 2 * <paramref name="pair"/> and
    /// 2 * pair + 1. Behind the head's last element the lanes hold anything.
    /// </summary>
    static abstract KvVectors LoadValues(byte* group, int pair, int headDimension, int first, float* scales);
}

/// <summary>A layout in which a cache keeps its groups.</summary>
internal unsafe interface IKvStorageLayout : IKvLayout
{
    /// <summary>Stores a key. Returns false when the reader of finite numbers would misread it.</summary>
    static abstract bool WriteKey(byte* group, int slot, float* key, int headDimension);

    /// <summary>Stores a value. Returns false when the reader of finite numbers would misread it.</summary>
    static abstract bool WriteValue(byte* group, int slot, float* value, int headDimension);
}

/// <summary>Two vectors of 16 floats.</summary>
internal readonly struct KvVectors(Vector512<float> low, Vector512<float> high)
{
    public readonly Vector512<float> Low = low;
    public readonly Vector512<float> High = high;

    public unsafe void Store(float* low, float* high)
    {
        Low.Store(low);
        High.Store(high);
    }
}
