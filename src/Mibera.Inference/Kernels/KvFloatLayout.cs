using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels;

/// <summary>
/// Floats, the form into which groups are expanded once when many queries read them: keys [head dimension][32], values
/// [32][head dimension, up to a multiple of 32].
/// </summary>
internal readonly unsafe struct KvFloatLayout : IKvLayout
{
    public static int KeyGroupBytes(int headDimension) => headDimension * KvKernel.Group * sizeof(float);

    public static int ValueGroupBytes(int headDimension) => KvKernel.PaddedDimension(headDimension) * KvKernel.Group * sizeof(float);

    public static void WriteKey(byte* group, int slot, float* key, int headDimension)
    {
        for (var d = 0; d < headDimension; d++)
            ((float*)group)[d * KvKernel.Group + slot] = key[d];
    }

    public static void WriteValue(byte* group, int slot, float* value, int headDimension) =>
        Unsafe.CopyBlock((float*)group + slot * KvKernel.PaddedDimension(headDimension), value, (uint)headDimension * sizeof(float));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadKeyScales(byte* group, int headDimension, int block) => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadKeys(byte* group, int d, KvVectors scales) => Load((float*)group + d * KvKernel.Group);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadValues(byte* group, int slot, int headDimension, int block) =>
        Load((float*)group + slot * KvKernel.PaddedDimension(headDimension) + block * 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static KvVectors Load(float* source) => new(Vector512.Load(source), Vector512.Load(source + Lanes.Count));
}
