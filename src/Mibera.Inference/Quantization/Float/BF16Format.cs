using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

/// <summary>bfloat16: the upper half of a binary32.</summary>
internal readonly unsafe struct BF16Format : IFloatFormat
{
    public static GgmlType Type => GgmlType.BF16;

    public static int Bytes => 2;

    public static float Decode(byte* element) => BitConverter.Int32BitsToSingle(Unsafe.ReadUnaligned<ushort>(element) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* elements) =>
        (Vector512.WidenLower(Vector256.Load((ushort*)elements).ToVector512Unsafe()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadEight(byte* elements) =>
        (Vector256.WidenLower(Vector128.Load((ushort*)elements).ToVector256Unsafe()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadFinite(byte* elements) => Load(elements);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ushort> NotFinite(byte* elements) => Vector512<ushort>.Zero;
}
