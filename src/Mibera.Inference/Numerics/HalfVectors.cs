using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Numerics;

/// <summary>binary16 to float, 16 or 8 at a time, as <c>(float)Half</c> converts. (.NET 10 offers no vector instruction for it.)</summary>
internal static unsafe class HalfVectors
{
    private const float LargestHalf = 65504f;

    /// <summary>The bits of infinity.</summary>
    private const int Infinity = 0x7F800000;

    /// <summary>What a half, sign-extended and shifted by 13, has of a float.</summary>
    private const int SignExponentMantissa = unchecked((int)0x8FFFE000);

    /// <summary>2^112.</summary>
    private const float BiasDifference = 5.192296858534828e33f;

    /// <summary>The 16 halves at <paramref name="source"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(ushort* source)
    {
        var value = LoadFinite(source);
        // Infinity and NaN have come out as 65536 and more.
        var special = Vector512.GreaterThan(Vector512.Abs(value), Vector512.Create(LargestHalf));
        return value | (special & Vector512.Create(Infinity).AsSingle());
    }

    /// <summary>The 8 halves at <paramref name="source"/>, as <see cref="Load"/> converts them where vectors have 256 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadEight(ushort* source)
    {
        var wide = Vector256.WidenLower(Vector128.Load((short*)source).ToVector256Unsafe()) << 13;
        var value = (wide & Vector256.Create(SignExponentMantissa)).AsSingle() * Vector256.Create(BiasDifference);
        var special = Vector256.GreaterThan(Vector256.Abs(value), Vector256.Create(LargestHalf));
        return value | (special & Vector256.Create(Infinity).AsSingle());
    }

    /// <summary>The 16 halves at <paramref name="source"/>; infinities and NaN come out as finite numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadFinite(ushort* source)
    {
        // Sign-extended and shifted by 13, the half's exponent and mantissa stand where a float has them; the sign is in bit 31 and
        // has copies in bits 28 to 30. The exponents' biases differ by 112.
        var wide = Vector512.WidenLower(Vector256.Load((short*)source).ToVector512Unsafe()) << 13;
        // Exact, for subnormal halves (subnormal floats before the product) too.
        if (!Vector512.IsHardwareAccelerated)
            return (wide & Vector512.Create(SignExponentMantissa)).AsSingle() * Vector512.Create(BiasDifference);
        // Processors are slow with subnormal floats (see Zmm.HighHalfToSingle), and with weights of root mean square 0.02 one half of
        // 400 is subnormal: Golden Cove runs at 0.7 of this speed with the product. So 96 of the bias are set as two bits that are clear,
        // and f = 2^-16 times a half that is normal. A subnormal one, m 2^-24, has become f = 2^-31 (1 + m / 1024); 2^17 f - 2^-14
        // is what it should be, and is less than 2^16 f only there, where 2^16 f < 2^-14.
        var f = (wide & Vector512.Create(0x0FFFE000) | Vector512.Create(0x30000000)).AsSingle();
        // Neither is negative, so their bits are in the same order.
        var magnitude = Vector512.Min(
            (f * Vector512.Create(65536f)).AsInt32(),
            Vector512.FusedMultiplyAdd(f, Vector512.Create(131072f), Vector512.Create(-6.103515625e-05f)).AsInt32());
        return (magnitude | wide & Vector512.Create(int.MinValue)).AsSingle();
    }

    /// <summary>Words whose top bit is set where one of the 32 halves at <paramref name="source"/> is infinite or NaN; their
    /// other bits are undefined.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ushort> NotFinite(ushort* source)
    {
        // One more carries out of an exponent of ones alone, and turns the sign around.
        var halves = Vector512.Load(source);
        return halves + Vector512.Create((ushort)0x0400) ^ halves;
    }
}
