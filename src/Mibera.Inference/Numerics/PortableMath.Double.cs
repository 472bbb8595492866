namespace Mibera.Inference.Numerics;

/// <summary>
/// The same in double precision, for RoPE's angles, sampling and perplexity. The polynomials are the functions' own
/// Taylor series, cut where the rest is below 2^-56.
/// </summary>
internal static partial class PortableMath
{
    // ln 2 in two parts (fdlibm): the first has 32 trailing zero bits, so n * Ln2HighDouble is exact.
    private const double Ln2HighDouble = 6.93147180369123816490e-01;
    private const double Ln2LowDouble = 1.90821492927058770002e-10;

    // pi / 2 in three parts of 53 bits each (1.6e-49 beyond them).
    private const double HalfPi1 = 1.5707963267948966;
    private const double HalfPi2 = 6.123233995736766e-17;
    private const double HalfPi3 = -1.4973849048591833e-33;

    // 1 / k! for e^r, |r| <= ln 2 / 2: the rest is 4e-18.
    private static ReadOnlySpan<double> ExpSeries =>
    [
        1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
        1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5,
    ];

    // 2 / (2k + 1) for ln((1 + s) / (1 - s)) / s - 2 in s^2 <= 0.0295: the rest is 2e-19.
    private static ReadOnlySpan<double> LogSeries =>
    [
        2.0 / 25, 2.0 / 23, 2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11, 2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3,
    ];

    // sin r = r + r^3 * S(r^2) and cos r = 1 - r^2 / 2 + r^4 * C(r^2), |r| <= pi / 4: the rest is 1e-19 and 4e-20.
    private static ReadOnlySpan<double> SinSeries =>
    [
        1.0 / 355687428096000, -1.0 / 1307674368000, 1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880, -1.0 / 5040,
        1.0 / 120, -1.0 / 6,
    ];

    private static ReadOnlySpan<double> CosSeries =>
    [
        -1.0 / 6402373705728000, 1.0 / 20922789888000, -1.0 / 87178291200, 1.0 / 479001600, -1.0 / 3628800, 1.0 / 40320,
        -1.0 / 720, 1.0 / 24,
    ];

    /// <summary>e^x within 1 ulp; infinity above 709.79, zero below -745.14, NaN for NaN.</summary>
    public static double Exp(double x)
    {
        // Comparisons are false for NaN, which therefore passes through.
        if (x > 710) x = 710;
        if (x < -746) x = -746;
        var n = Math.Round(x * 1.4426950408889634, MidpointRounding.ToEven);
        var r = double.FusedMultiplyAdd(n, -Ln2LowDouble, double.FusedMultiplyAdd(n, -Ln2HighDouble, x));
        var p = double.FusedMultiplyAdd(Horner(ExpSeries, r), r * r, r) + 1.0;
        var exponent = double.IsNaN(n) ? 0 : (int)n;
        var half = exponent >> 1;
        return p * PowerOfTwoDouble(half) * PowerOfTwoDouble(exponent - half);
    }

    /// <summary>The natural logarithm within 2 ulp; minus infinity for zeros, NaN for negative numbers and NaN.</summary>
    public static double Log(double x)
    {
        if (!(x > 0) || double.IsPositiveInfinity(x))
            return x == 0 ? double.NegativeInfinity : x > 0 ? x : double.NaN;
        var exponent = 0;
        if (x < 2.2250738585072014e-308)
        {
            x *= 18014398509481984; // 2^54 makes a subnormal number normal
            exponent = -54;
        }
        var bits = BitConverter.DoubleToInt64Bits(x);
        exponent += (int)(bits >> 52) - 1023;
        var m = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000);
        if (m > 1.4142135623730951)
        {
            m *= 0.5;
            exponent++;
        }
        // ln m = f - (h - s * (h + R)), fdlibm's arrangement: f is exact, and all else is small beside it.
        var f = m - 1;
        var s = f / (2 + f);
        var z = s * s;
        var rest = Horner(LogSeries, z) * z;
        var h = 0.5 * f * f;
        return exponent * Ln2HighDouble - ((h - double.FusedMultiplyAdd(s, h + rest, exponent * Ln2LowDouble)) - f);
    }

    /// <summary>base^exponent for a base above zero: a relative error of about 3e-16 * (1 + |exponent * ln base|).</summary>
    public static double Pow(double @base, double exponent) => Exp(exponent * Log(@base));

    /// <summary>sin x; see <see cref="SinCos"/>.</summary>
    public static double Sin(double x) => SinCos(x).Sin;

    /// <summary>cos x; see <see cref="SinCos"/>.</summary>
    public static double Cos(double x) => SinCos(x).Cos;

    /// <summary>sin x and cos x (radians), each within 2e-16 for |x| up to 2^31; NaN for infinities, NaN and |x| above
    /// 2^52, where a double no longer tells one angle from another.</summary>
    public static (double Sin, double Cos) SinCos(double x)
    {
        if (!(x >= -4503599627370496 && x <= 4503599627370496))
            return (double.NaN, double.NaN);
        var n = Math.Round(x * 0.6366197723675814, MidpointRounding.ToEven);
        var r = double.FusedMultiplyAdd(n, -HalfPi1, x);
        r = double.FusedMultiplyAdd(n, -HalfPi2, r);
        r = double.FusedMultiplyAdd(n, -HalfPi3, r);
        var z = r * r;
        var sin = double.FusedMultiplyAdd(Horner(SinSeries, z), z * r, r);
        var cos = double.FusedMultiplyAdd(Horner(CosSeries, z), z * z, double.FusedMultiplyAdd(z, -0.5, 1.0));
        return ((long)n & 3) switch
        {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
    }

    private static double Horner(ReadOnlySpan<double> coefficients, double x)
    {
        var sum = coefficients[0];
        for (var i = 1; i < coefficients.Length; i++)
            sum = double.FusedMultiplyAdd(sum, x, coefficients[i]);
        return sum;
    }

    private static double PowerOfTwoDouble(int exponent) => BitConverter.Int64BitsToDouble((exponent + 1023L) << 52);
}
