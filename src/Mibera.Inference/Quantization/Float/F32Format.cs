using System.Runtime.CompilerServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

/// <summary>IEEE 754 binary32.</summary>
internal readonly unsafe struct F32Format : IFloatFormat
{
    public static GgmlType Type => GgmlType.F32;

    public static float Decode(byte* element) => Unsafe.ReadUnaligned<float>(element);
}
