using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels;

/// <summary>
/// Floats: a cache of full precision, and the form into which groups are expanded once when many queries read them. Keys
/// [head dimension][32], values [32][head dimension, up to a multiple of 32].
/// </summary>
internal readonly unsafe struct KvFloatLayout : IKvStorageLayout
{
    public static int KeyGroupBytes(int headDimension) => headDimension * KvKernel.Group * sizeof(float);

    public static int ValueGroupBytes(int headDimension) => KvKernel.PaddedDimension(headDimension) * KvKernel.Group * sizeof(float);

    public static bool WriteKey(byte* group, int slot, float* key, int headDimension)
    {
        for (var d = 0; d < headDimension; d++)
            ((float*)group)[d * KvKernel.Group + slot] = key[d];
        return true;
    }

    public static bool WriteValue(byte* group, int slot, float* value, int headDimension)
    {
        Unsafe.CopyBlock((float*)group + slot * KvKernel.PaddedDimension(headDimension), value, (uint)headDimension * sizeof(float));
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadKeyScales(byte* group, int headDimension, int block) => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadKeys(byte* group, int d, KvVectors scales)
    {
        var keys = (float*)group + d * KvKernel.Group;
        return new(Vector512.Load(keys), Vector512.Load(keys + Lanes.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadValueScales(byte* group, int headDimension, int block, float* scales)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadValues(byte* group, int pair, int headDimension, int first, float* scales)
    {
        var stride = KvKernel.PaddedDimension(headDimension);
        var value = (float*)group + 2 * pair * stride + first;
        return new(Vector512.Load(value), Vector512.Load(value + stride));
    }
}
