using System.Runtime.CompilerServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

/// <summary>bfloat16: the upper half of a binary32.</summary>
internal readonly unsafe struct BF16Format : IFloatFormat
{
    public static GgmlType Type => GgmlType.BF16;

    public static float Decode(byte* element) => BitConverter.Int32BitsToSingle(Unsafe.ReadUnaligned<ushort>(element) << 16);
}
