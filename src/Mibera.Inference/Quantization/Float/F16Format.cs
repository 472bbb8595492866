using System.Runtime.CompilerServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

/// <summary>IEEE 754 binary16.</summary>
internal readonly unsafe struct F16Format : IFloatFormat
{
    public static GgmlType Type => GgmlType.F16;

    public static float Decode(byte* element) => (float)Unsafe.ReadUnaligned<Half>(element);
}
