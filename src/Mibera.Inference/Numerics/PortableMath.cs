using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Numerics;

/// <summary>
/// Elementary functions with the same bits on every machine: only IEEE exact operations (+, -, *, /, fused
/// multiply-add, conversions) in a fixed order. The platform's own functions differ between systems and versions.
/// </summary>
internal static partial class PortableMath
{
    // 1.5 * 2^23: adding it rounds a float below 2^22 to an integer, half to even, which its low bits then hold.
    private const float Shifter = 12582912f;
    private const int ShifterBits = 0x4B400000;
    private const float Log2E = 1.44269504f;

    // ln 2 in two parts (the split is Cephes'): 355 / 512 has 9 bits, so n * Ln2High is exact for |n| < 2^15.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    // e^89 overflows, e^-104 rounds to zero.
    private const float ExpHighest = 89f;
    private const float ExpLowest = -104f;

    // Minimax of (e^r - 1 - r) / r^2 on |r| <= ln 2 / 2, weighted for e^r; relative error 3.2e-9, 0.05 ulp.
    private const float E2 = 0.49999994f;
    private const float E3 = 0.166665211f;
    private const float E4 = 0.0416682661f;
    private const float E5 = 0.00836868212f;
    private const float E6 = 0.00138208841f;

    /// <summary>e^x within 1 ulp; infinity above 88.73, zero below -103.98, NaN for NaN.</summary>
    /// <remarks>e^x = 2^n * e^r with n the integer nearest to x / ln 2. 2^n is applied in two halves, so that a result on
    /// the edge of the range neither overflows on the way nor is rounded twice.</remarks>
    public static float Exp(float x)
    {
        if (x > ExpHighest) x = ExpHighest;
        if (x < ExpLowest) x = ExpLowest;
        var shifted = float.FusedMultiplyAdd(x, Log2E, Shifter);
        var n = shifted - Shifter;
        var r = float.FusedMultiplyAdd(n, -Ln2Low, float.FusedMultiplyAdd(n, -Ln2High, x));
        var p = float.FusedMultiplyAdd(E6, r, E5);
        p = float.FusedMultiplyAdd(p, r, E4);
        p = float.FusedMultiplyAdd(p, r, E3);
        p = float.FusedMultiplyAdd(p, r, E2);
        p = float.FusedMultiplyAdd(p, r * r, r) + 1f;
        var exponent = BitConverter.SingleToInt32Bits(shifted) - ShifterBits;
        var half = exponent >> 1;
        return p * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    /// <summary><see cref="Exp(float)"/> in each lane, with the same bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        // Comparisons are false for NaN, which therefore passes through; Min and Max need not keep it.
        x = Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512.Create(ExpHighest)), Vector512.Create(ExpHighest), x);
        x = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(ExpLowest)), Vector512.Create(ExpLowest), x);
        var shifted = Vector512.FusedMultiplyAdd(x, Vector512.Create(Log2E), Vector512.Create(Shifter));
        var n = shifted - Vector512.Create(Shifter);
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2High), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2Low), r);
        var p = Vector512.FusedMultiplyAdd(Vector512.Create(E6), r, Vector512.Create(E5));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(E4));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(E3));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(E2));
        p = Vector512.FusedMultiplyAdd(p, r * r, r) + Vector512<float>.One;
        var exponent = shifted.AsInt32() - Vector512.Create(ShifterBits);
        var half = exponent >> 1;
        return p * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    private static float PowerOfTwo(int exponent) => BitConverter.Int32BitsToSingle((exponent + 127) << 23);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> PowerOfTwo(Vector512<int> exponent) =>
        ((exponent + Vector512.Create(127)) << 23).AsSingle();
}
