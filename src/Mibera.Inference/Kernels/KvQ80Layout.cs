using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels;

/// <summary>
/// 8 bits: element = scale * quant, exact in a float (11 and 8 bits). The last block of a head that is no multiple of 32
/// is filled up in values.
/// <code>
/// keys   quants [head dimension][32], scales [blocks][32]
/// values quants [32][blocks * 32],    scales [blocks][32]
/// </code>
/// </summary>
internal readonly unsafe struct KvQ80Layout : IKvStorageLayout
{
    private const int Highest = 127;

    public static int KeyGroupBytes(int headDimension) => headDimension * KvKernel.Group + KvBlockScale.GroupBytes(headDimension);

    public static int ValueGroupBytes(int headDimension) =>
        KvKernel.PaddedDimension(headDimension) * KvKernel.Group + KvBlockScale.GroupBytes(headDimension);

    public static bool WriteKey(byte* group, int slot, float* key, int headDimension) =>
        Write(key, headDimension, (sbyte*)group + slot, KvKernel.Group, group + headDimension * KvKernel.Group, slot);

    public static bool WriteValue(byte* group, int slot, float* value, int headDimension)
    {
        var row = KvKernel.PaddedDimension(headDimension);
        return Write(value, headDimension, (sbyte*)group + slot * row, 1, group + row * KvKernel.Group, slot);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadKeyScales(byte* group, int headDimension, int block) =>
        KvBlockScale.Load(group + headDimension * KvKernel.Group, block);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadKeys(byte* group, int d, KvVectors scales)
    {
        var quants = (sbyte*)group + d * KvKernel.Group;
        return new(Widen(quants) * scales.Low, Widen(quants + 16) * scales.High);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadValueScales(byte* group, int headDimension, int block, float* scales) =>
        KvBlockScale.Load(group + KvKernel.PaddedDimension(headDimension) * KvKernel.Group, block).Store(scales, scales + 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadValues(byte* group, int pair, int headDimension, int first, float* scales)
    {
        var row = KvKernel.PaddedDimension(headDimension);
        var quants = (sbyte*)group + 2 * pair * row + first;
        return new(
            Widen(quants) * Vector512.Create(scales[2 * pair]),
            Widen(quants + row) * Vector512.Create(scales[2 * pair + 1]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Widen(sbyte* quants)
    {
        var words = Vector256.WidenLower(Vector128.Load(quants).ToVector256Unsafe());
        return Vector512.ConvertToSingle(Vector512.WidenLower(words.ToVector512Unsafe()));
    }

    private static bool Write(float* source, int count, sbyte* target, int stride, byte* scales, int slot)
    {
        for (var block = 0; block < KvBlockScale.Blocks(count); block++)
        {
            var first = block * KvBlockScale.Elements;
            var last = Math.Min(first + KvBlockScale.Elements, count);
            var largest = MathF.Abs(KvBlockScale.Extreme(source + first, last - first));
            var inverse = KvBlockScale.Store(scales, block, slot, largest / Highest);
            // Where rounding made the scale smaller, the largest element may come out at 127.06: within reach of the clamp.
            for (var d = first; d < last; d++)
                target[d * stride] = (sbyte)KvBlockScale.Quantize(source[d], inverse, -Highest, Highest);
        }
        return true;
    }
}
