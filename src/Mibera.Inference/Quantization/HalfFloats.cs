using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Quantization;

/// <summary>Conversion of f16 to float32, eight at a time: exactly <c>(float)Half</c>.</summary>
internal static class HalfFloats
{
    /// <summary>Converts the low 16 bits of every element; the others are ignored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Widen(Vector256<uint> bits)
    {
        var magnitude = (bits & Vector256.Create(0x7fffu)) << 13;
        var exponent = magnitude & Vector256.Create(0x0f800000u);
        // Exponents are biased by 15 there and by 127 here: 112 more; infinities and NaN go on to 255.
        var bias = Vector256.Create(112u << 23);
        var normal = magnitude + bias + (Vector256.Equals(exponent, Vector256.Create(0x0f800000u)) & bias);
        // Subnormals: put behind the leading one of 2^-14, which is then taken away. (A multiplication would read the bits as
        // a subnormal float32, which is slow on some machines.)
        var one = Vector256.Create(113u << 23);
        var subnormal = ((magnitude | one).AsSingle() - one.AsSingle()).AsUInt32();
        var value = Vector256.ConditionalSelect(Vector256.Equals(exponent, Vector256<uint>.Zero), subnormal, normal);
        return (value | (bits & Vector256.Create(0x8000u)) << 16).AsSingle();
    }
}
