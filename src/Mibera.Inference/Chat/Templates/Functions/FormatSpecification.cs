using System.Globalization;
using System.Numerics;
using Mibera.Inference.Chat.Templates.Rendering;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Functions;

/// <summary>How one value is printed by <c>%</c> and <c>format</c>: the parts that both have in common.</summary>
internal sealed record FormatSpecification
{
    private const int MostDecimals = 100;

    /// <summary>The letter of the type: <c>s</c>, <c>r</c>, <c>d</c>, <c>x</c>, <c>X</c>, <c>b</c> or <c>f</c>; null for the value's own.</summary>
    public char? Type { get; init; }

    public char Filler { get; init; } = ' ';

    /// <summary><c>&lt;</c>, <c>&gt;</c>, <c>^</c>, or null for the type's own.</summary>
    public char? Alignment { get; init; }

    /// <summary>Whether positive numbers get a sign.</summary>
    public bool HasPlus { get; init; }

    /// <summary>Zeros between the sign and the digits fill numbers up.</summary>
    public bool HasZeros { get; init; }

    public int Width { get; init; }

    public int? Precision { get; init; }

    /// <param name="value">What to print.</param>
    /// <param name="textAlignment">The alignment of texts that ask for none.</param>
    /// <param name="context">The rendering.</param>
    public string Apply(TemplateValue value, char textAlignment, RenderContext context)
    {
        char type = Type ?? (value is IntegerValue ? 'd' : value is FloatValue && Precision is not null ? 'f' : 's');
        bool isNumber = type is not ('s' or 'r');
        string text = type switch
        {
            's' => Cut(PythonText.Of(value, context)),
            'r' => Cut(PythonText.Repr(value, context)),
            'f' => Fixed(value, context),
            _ => Integer(value, type, context),
        };
        if (isNumber && HasPlus && text[0] != '-') text = "+" + text;
        if (isNumber && HasZeros && Alignment is null) return ZeroFilled(text, context);
        return Padding.Apply(text, Width, Filler, Alignment ?? (isNumber ? '>' : textAlignment), context);
    }

    private string Cut(string text) =>
        Precision is { } most && CodePoints.Count(text) > most ? CodePoints.Slice(text, new SliceRange(0, most, 1)) : text;

    private string Fixed(TemplateValue value, RenderContext context)
    {
        int decimals = Precision ?? 6;
        if (decimals > MostDecimals) throw context.Error($"a precision of {decimals} digits, more than {MostDecimals}");
        return Numbers.TryFloat(value, out double number)
            ? PythonFloat.Fixed(number, decimals)
            : throw context.Error($"a number is required, not {value.TypeName}");
    }

    private static string Integer(TemplateValue value, char type, RenderContext context)
    {
        if (value is FloatValue { Value: var number } && double.IsFinite(number)) value = new IntegerValue(new BigInteger(number));
        if (!Numbers.TryInteger(value, out var integer)) throw context.Error($"an integer is required, not {value.TypeName}");
        string digits = BigInteger.Abs(integer).ToString(type switch { 'x' => "x", 'X' => "X", 'b' => "b", _ => "d" }, CultureInfo.InvariantCulture);
        if (type != 'd') digits = digits.TrimStart('0') is { Length: > 0 } trimmed ? trimmed : "0";
        return integer.Sign < 0 ? "-" + digits : digits;
    }

    private string ZeroFilled(string text, RenderContext context)
    {
        string sign = text[0] is '+' or '-' ? text[..1] : "";
        return sign + Padding.Apply(text[sign.Length..], Width - sign.Length, '0', '>', context);
    }
}
