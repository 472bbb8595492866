using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Mibera.Inference.Numerics;

namespace Mibera.Inference.Kernels;

/// <summary>binary16: keys [head dimension][32], values [32][head dimension].</summary>
internal readonly unsafe struct KvHalfLayout : IKvLayout
{
    public static int KeyGroupBytes(int headDimension) => headDimension * KvKernel.Group * sizeof(ushort);

    public static int ValueGroupBytes(int headDimension) => headDimension * KvKernel.Group * sizeof(ushort);

    public static void WriteKey(byte* group, int slot, float* key, int headDimension)
    {
        var halves = stackalloc Half[headDimension];
        TensorPrimitives.ConvertToHalf(new ReadOnlySpan<float>(key, headDimension), new Span<Half>(halves, headDimension));
        var target = (Half*)group + slot;
        for (var d = 0; d < headDimension; d++)
            target[d * KvKernel.Group] = halves[d];
    }

    public static void WriteValue(byte* group, int slot, float* value, int headDimension) =>
        TensorPrimitives.ConvertToHalf(
            new ReadOnlySpan<float>(value, headDimension),
            new Span<Half>((Half*)group + slot * headDimension, headDimension));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadKeyScales(byte* group, int headDimension, int block) => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadKeys(byte* group, int d, KvVectors scales) => Load((ushort*)group + d * KvKernel.Group);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadValues(byte* group, int slot, int headDimension, int block) =>
        Load((ushort*)group + slot * headDimension + block * 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static KvVectors Load(ushort* source) => new(HalfVectors.Load(source), HalfVectors.Load(source + Lanes.Count));
}
