using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Gguf;
using Mibera.Inference.Numerics;

namespace Mibera.Inference.Quantization;

/// <summary>IEEE 754 binary16.</summary>
internal readonly unsafe struct F16Format : IFloatFormat
{
    public static GgmlType Type => GgmlType.F16;

    public static int Bytes => 2;

    public static float Decode(byte* element) => (float)Unsafe.ReadUnaligned<Half>(element);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* elements) =>
        HalfVectors.Load((ushort*)elements);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadEight(byte* elements) =>
        HalfVectors.LoadEight((ushort*)elements);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadFinite(byte* elements) => HalfVectors.LoadFinite((ushort*)elements);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ushort> NotFinite(byte* elements) => HalfVectors.NotFinite((ushort*)elements);
}
