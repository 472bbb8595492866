using System.Globalization;
using System.Numerics;

namespace Mibera.Inference.Chat.Templates.Values;

/// <summary>Floats as Python writes them.</summary>
internal static class PythonFloat
{
    /// <summary>The shortest digits that read back as the same number; with an exponent below 1e-4 and from 1e16 on.</summary>
    public static string Repr(double value)
    {
        if (double.IsNaN(value)) return "nan";
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        string sign = double.IsNegative(value) ? "-" : "";
        if (value == 0) return sign + "0.0";
        var (digits, exponent) = ShortestDigits(Math.Abs(value));
        if (exponent is < -4 or >= 16)
        {
            string fraction = digits.Length > 1 ? "." + digits[1..] : "";
            string power = Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{power}";
        }

        if (exponent < 0) return sign + "0." + new string('0', -exponent - 1) + digits;
        if (digits.Length <= exponent + 1) return sign + digits.PadRight(exponent + 1, '0') + ".0";
        return $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>The digits d.ddd and the exponent of ten of a positive finite number.</summary>
    private static (string Digits, int Exponent) ShortestDigits(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        int mantissaEnd = text.IndexOf('E', StringComparison.Ordinal);
        string mantissa = mantissaEnd < 0 ? text : text[..mantissaEnd];
        int exponent = mantissaEnd < 0 ? 0 : int.Parse(text.AsSpan(mantissaEnd + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        int leadingZeros = digits.Length - digits.TrimStart('0').Length;
        exponent += (point < 0 ? digits.Length : point) - 1 - leadingZeros;
        return (digits.Trim('0'), exponent);
    }

    /// <summary>A finite number with exactly <paramref name="decimals"/> digits after the point, ties (of the exact value) to even.</summary>
    public static string Fixed(double value, int decimals)
    {
        if (!double.IsFinite(value)) return Repr(value);
        // value = mantissa x 2^exponent exactly; scaled by 10^decimals it is rounded as a ratio of integers.
        long bits = BitConverter.DoubleToInt64Bits(value);
        int biased = (int)((bits >> 52) & 0x7FF);
        long mantissa = (bits & 0xFFFFFFFFFFFFF) | (biased == 0 ? 0 : 1L << 52);
        int exponent = Math.Max(biased, 1) - 1075;
        var numerator = mantissa * BigInteger.Pow(10, decimals);
        var denominator = BigInteger.One;
        if (exponent >= 0) numerator <<= exponent;
        else denominator <<= -exponent;
        var scaled = DivideToEven(numerator, denominator).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        string sign = bits < 0 ? "-" : "";
        return decimals == 0 ? sign + scaled : $"{sign}{scaled[..^decimals]}.{scaled[^decimals..]}";
    }

    private static BigInteger DivideToEven(BigInteger numerator, BigInteger denominator)
    {
        var quotient = BigInteger.DivRem(numerator, denominator, out var remainder);
        int half = (remainder * 2).CompareTo(denominator);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }
}
