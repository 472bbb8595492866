using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Quantization;

/// <summary>The 8-bit floats that serve as block scales, each halved because the FP4 codebook is doubled.</summary>
internal static class SmallFloats
{
    /// <summary>
    /// Half of an E8M0 scale, 2^(x - 128). Exact for every code: the two smallest are subnormal in float32. (The standard's
    /// NaN, 255, decodes as 2^127, as in ggml.)
    /// </summary>
    public static float HalfOfE8M0(byte x) =>
        BitConverter.UInt32BitsToSingle(x < 2 ? 0x0020_0000u << x : (uint)(x - 1) << 23);

    /// <summary>
    /// Half of an unsigned E4M3 scale (bias 7, no infinities). Bit 7 is ignored; the NaN code 0x7f is zero, as in ggml.
    /// </summary>
    public static float HalfOfUE4M3(byte x)
    {
        if (x == 0x7f)
            return 0f;
        var (exponent, mantissa) = ((x >> 3) & 15, x & 7);
        return exponent == 0
            ? mantissa * (1f / 1024)
            // 2^(exponent - 8) * (1 + mantissa / 8)
            : BitConverter.Int32BitsToSingle(((exponent - 8 + 127) << 23) | (mantissa << 20));
    }

    /// <summary>The same for eight codes, one in the low byte of every element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> HalfOfE8M0(Vector256<uint> x)
    {
        var normal = (x - Vector256<uint>.One) << 23;
        // 0x200000 for 0 and 0x400000 for 1.
        var subnormal = (x + Vector256<uint>.One) << 21;
        return Vector256.ConditionalSelect(Vector256.Equals(x >>> 1, Vector256<uint>.Zero), subnormal, normal).AsSingle();
    }

    /// <summary>The same for eight codes, one in the low byte of every element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> HalfOfUE4M3(Vector256<uint> x)
    {
        var code = x & Vector256.Create(0x7fu);
        var normal = (code << 20) + Vector256.Create((127u - 8) << 23);
        var subnormal = (Vector256.ConvertToSingle(code.AsInt32()) * (1f / 1024)).AsUInt32();
        var value = Vector256.ConditionalSelect(Vector256.Equals(code >>> 3, Vector256<uint>.Zero), subnormal, normal);
        return Vector256.AndNot(value, Vector256.Equals(x, Vector256.Create(0x7fu))).AsSingle();
    }

    /// <summary>The same for 16 codes, as whole elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> HalfOfE8M0(Vector512<uint> x)
    {
        var normal = (x - Vector512<uint>.One) << 23;
        // 0x200000 for 0 and 0x400000 for 1.
        var subnormal = (x + Vector512<uint>.One) << 21;
        return Vector512.ConditionalSelect(Vector512.Equals(x >>> 1, Vector512<uint>.Zero), subnormal, normal).AsSingle();
    }

    /// <summary>The same for 16 codes, as whole elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> HalfOfUE4M3(Vector512<uint> x)
    {
        var code = x & Vector512.Create(0x7fu);
        var normal = (code << 20) + Vector512.Create((127u - 8) << 23);
        var subnormal = (Vector512.ConvertToSingle(code.AsInt32()) * (1f / 1024)).AsUInt32();
        var value = Vector512.ConditionalSelect(Vector512.Equals(code >>> 3, Vector512<uint>.Zero), subnormal, normal);
        return Vector512.AndNot(value, Vector512.Equals(x, Vector512.Create(0x7fu))).AsSingle();
    }
}
