using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Simd;

/// <summary>Bytes of eight signs each, eight times: byte i of a vector has its sign in bit i % 8.</summary>
internal static class SignBits
{
    /// <summary>Bit i % 8 of byte i.</summary>
    public static Vector256<byte> Bit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(0x8040201008040201).AsByte();
    }

    /// <summary>0xff in byte i where its bit is set, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Mask<TIsa>(Vector256<byte> signs)
        where TIsa : struct, IIsa =>
        // Eight copies of a byte of signs are the rows of a matrix: each bit of its product with bit i alone is sign i.
        TIsa.HasBitMatrices ? TIsa.MultiplyBits(Bit, signs) : Vector256.Equals(signs & Bit, Bit);

    /// <summary>Magnitudes of at most 127, negated where the bit is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Apply<TIsa>(Vector256<byte> magnitudes, Vector256<byte> signs)
        where TIsa : struct, IIsa
    {
        var negative = Mask<TIsa>(signs);
        return ((magnitudes ^ negative) - negative).AsSByte();
    }
}
