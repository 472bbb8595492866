using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Mibera.Inference.Chat.Templates.Values;

/// <summary>Python's numbers: booleans are the integers 0 and 1, and integers mix with floats.</summary>
internal static class Numbers
{
    /// <summary>Python's own limit on digits read at once, which keeps conversion from growing quadratically.</summary>
    private const int MostDigits = 4300;

    public static bool TryInteger(TemplateValue value, out BigInteger integer)
    {
        integer = value switch
        {
            IntegerValue number => number.Value,
            BooleanValue { IsTrue: true } => BigInteger.One,
            _ => BigInteger.Zero,
        };
        return value is IntegerValue or BooleanValue;
    }

    public static bool TryFloat(TemplateValue value, out double number)
    {
        bool isInteger = TryInteger(value, out var integer);
        number = value is FloatValue real ? real.Value : (double)integer;
        return isInteger || value is FloatValue;
    }

    public static bool IsNumber(TemplateValue value) => value is IntegerValue or FloatValue or BooleanValue;

    /// <summary>Compares two numbers exactly; false if one is no number, or NaN.</summary>
    public static bool TryCompare(TemplateValue left, TemplateValue right, out int order)
    {
        order = 0;
        if (!IsNumber(left) || !IsNumber(right)) return false;
        if (TryInteger(left, out var a) && TryInteger(right, out var b))
        {
            order = a.CompareTo(b);
            return true;
        }

        TryFloat(left, out double x);
        TryFloat(right, out double y);
        if (double.IsNaN(x) || double.IsNaN(y)) return false;
        order = x.CompareTo(y);
        // Large integers round as doubles: compare what the double really is.
        if (order == 0 && double.IsFinite(x)) order = Exact(left).CompareTo(Exact(right));
        return true;
    }

    private static BigInteger Exact(TemplateValue value) => TryInteger(value, out var integer) ? integer : new BigInteger(((FloatValue)value).Value);

    /// <summary>A decimal integer with an optional sign, or null.</summary>
    public static BigInteger? ParseDecimal(string digits) =>
        digits.Length <= MostDigits && BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    /// <summary>An integer like <c>0x1f</c>, <c>0o17</c> or <c>0b11</c>, or null.</summary>
    public static BigInteger? ParsePrefixed(string digits) => char.ToLowerInvariant(digits[1]) switch
    {
        'x' => ParseRadix(digits.AsSpan(2), 16),
        'o' => ParseRadix(digits.AsSpan(2), 8),
        'b' => ParseRadix(digits.AsSpan(2), 2),
        _ => null,
    };

    /// <summary>An integer of digits and letters in a radix from 2 to 36, or null.</summary>
    public static BigInteger? ParseRadix(ReadOnlySpan<char> digits, int radix)
    {
        if (digits.IsEmpty || digits.Length > MostDigits) return null;
        var value = BigInteger.Zero;
        foreach (char c in digits)
        {
            int digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : radix;
            if (digit >= radix) return null;
            value = (value * radix) + digit;
        }

        return value;
    }

    /// <summary>A float as Python's <c>float()</c> reads it: <c>inf</c> and <c>nan</c> included.</summary>
    public static bool TryParseFloat(string text, [NotNullWhen(true)] out FloatValue? value)
    {
        value = null;
        string trimmed = PythonSpace.TrimEnd(PythonSpace.TrimStart(text)).ToString();
        double? special = trimmed.TrimStart('+', '-').ToUpperInvariant() switch
        {
            "INF" or "INFINITY" => trimmed[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity,
            "NAN" => double.NaN,
            _ => null,
        };
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (special is { } found) value = new FloatValue(found);
        else if (double.TryParse(trimmed, Style, CultureInfo.InvariantCulture, out double number))
            value = new FloatValue(number);
        return value is not null;
    }
}
