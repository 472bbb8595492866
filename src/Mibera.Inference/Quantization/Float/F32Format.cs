using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

/// <summary>IEEE 754 binary32.</summary>
internal readonly unsafe struct F32Format : IFloatFormat
{
    public static GgmlType Type => GgmlType.F32;

    public static int Bytes => 4;

    public static float Decode(byte* element) => Unsafe.ReadUnaligned<float>(element);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* elements) =>
        Vector512.Load((float*)elements);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadEight(byte* elements) =>
        Vector256.Load((float*)elements);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadFinite(byte* elements) => Load(elements);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ushort> NotFinite(byte* elements) => Vector512<ushort>.Zero;
}
