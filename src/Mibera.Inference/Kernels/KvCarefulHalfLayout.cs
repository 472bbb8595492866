using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels;

/// <summary><see cref="KvHalfLayout"/> with infinities and NaN read as what they are. A cache changes to it when one is
/// written: a model that overflows must not look healthy.</summary>
internal readonly unsafe struct KvCarefulHalfLayout : IKvLayout
{
    public static int KeyGroupBytes(int headDimension) => KvHalfLayout.KeyGroupBytes(headDimension);

    public static int ValueGroupBytes(int headDimension) => KvHalfLayout.ValueGroupBytes(headDimension);

    public static KvVectors LoadKeyScales(byte* group, int headDimension, int block) => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadKeys(byte* group, int d, KvVectors scales) =>
        Mark(KvHalfLayout.LoadKeys(group, d, scales));

    public static void LoadValueScales(byte* group, int headDimension, int block, float* scales)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadValues(byte* group, int pair, int headDimension, int first, float* scales) =>
        Mark(KvHalfLayout.LoadValues(group, pair, headDimension, first, scales));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static KvVectors Mark(KvVectors values) => new(Mark(values.Low), Mark(values.High));

    /// <summary>65536 becomes infinity, larger numbers NaN: all bits of the exponent are set, the mantissa stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Mark(Vector512<float> value)
    {
        var special = Vector512.GreaterThan(Vector512.Abs(value), Vector512.Create(65504f));
        return value | (special & Vector512.Create(0x7F800000).AsSingle());
    }
}
