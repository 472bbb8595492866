using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels;

/// <summary>
/// 4 bits: element = scale * (nibble - 8), exact in a float. The scale is the element of largest magnitude / -8, so that it
/// is met exactly whatever its sign.
/// <code>
/// keys   nibbles [head dimension][16]  low: slots 0 to 15, high: 16 to 31;            scales [blocks][32]
/// values nibbles [32][blocks * 16]     low: elements 0 to 15 of a block, high: 16 to 31;  scales [blocks][32]
/// </code>
/// </summary>
internal readonly unsafe struct KvQ40Layout : IKvStorageLayout
{
    private const int Offset = 8;

    public static int KeyGroupBytes(int headDimension) => headDimension * 16 + KvBlockScale.GroupBytes(headDimension);

    public static int ValueGroupBytes(int headDimension) =>
        KvKernel.PaddedDimension(headDimension) / 2 * KvKernel.Group + KvBlockScale.GroupBytes(headDimension);

    public static bool WriteKey(byte* group, int slot, float* key, int headDimension)
    {
        var scales = group + headDimension * 16;
        for (var block = 0; block < KvBlockScale.Blocks(headDimension); block++)
        {
            var first = block * KvBlockScale.Elements;
            var count = Math.Min(KvBlockScale.Elements, headDimension - first);
            var inverse = StoreScale(key + first, count, scales, block, slot);
            for (var d = first; d < first + count; d++)
                SetNibble(group + d * 16 + slot % 16, slot / 16, key[d], inverse);
        }
        return true;
    }

    public static bool WriteValue(byte* group, int slot, float* value, int headDimension)
    {
        var row = KvKernel.PaddedDimension(headDimension) / 2;
        var scales = group + row * KvKernel.Group;
        for (var block = 0; block < KvBlockScale.Blocks(headDimension); block++)
        {
            var first = block * KvBlockScale.Elements;
            var count = Math.Min(KvBlockScale.Elements, headDimension - first);
            var inverse = StoreScale(value + first, count, scales, block, slot);
            for (var i = 0; i < count; i++)
                SetNibble(group + slot * row + block * 16 + i % 16, i / 16, value[first + i], inverse);
        }
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadKeyScales(byte* group, int headDimension, int block) =>
        KvBlockScale.Load(group + headDimension * 16, block);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadKeys(byte* group, int d, KvVectors scales)
    {
        var words = Widen(group + d * 16);
        return new(Value(words, 0) * scales.Low, Value(words, 4) * scales.High);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadValueScales(byte* group, int headDimension, int block, float* scales) =>
        KvBlockScale.Load(group + KvKernel.PaddedDimension(headDimension) / 2 * KvKernel.Group, block).Store(scales, scales + 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadValues(byte* group, int pair, int headDimension, int first, float* scales)
    {
        var row = KvKernel.PaddedDimension(headDimension) / 2;
        var nibbles = group + 2 * pair * row + first / 32 * 16;
        var shift = first % 32 / 4;
        return new(
            Value(Widen(nibbles), shift) * Vector512.Create(scales[2 * pair]),
            Value(Widen(nibbles + row), shift) * Vector512.Create(scales[2 * pair + 1]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Widen(byte* nibbles)
    {
        var words = Vector256.WidenLower(Vector128.Load(nibbles).ToVector256Unsafe());
        return Vector512.WidenLower(words.ToVector512Unsafe()).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Value(Vector512<int> words, int shift) =>
        Vector512.ConvertToSingle(((words >> shift) & Vector512.Create(15)) - Vector512.Create(Offset));

    private static float StoreScale(float* source, int count, byte* scales, int block, int slot) =>
        KvBlockScale.Store(scales, block, slot, KvBlockScale.Extreme(source, count) / -Offset);

    /// <summary>Positions of a group share bytes: one thread writes all of a head's.</summary>
    private static void SetNibble(byte* target, int high, float x, float inverse)
    {
        var nibble = KvBlockScale.Quantize(x, inverse, -Offset, Offset - 1) + Offset;
        *target = (byte)(high == 0 ? (*target & 0xF0) | nibble : (*target & 0x0F) | (nibble << 4));
    }
}
