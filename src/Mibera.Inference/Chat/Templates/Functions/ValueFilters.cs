using System.Globalization;
using System.Numerics;
using Mibera.Inference.Chat.Templates.Rendering;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Functions;

/// <summary>Filters on single values: defaults, numbers, JSON.</summary>
internal static class ValueFilters
{
    public static readonly Dictionary<string, Filter> All = new(StringComparer.Ordinal)
    {
        ["default"] = Default,
        ["d"] = Default,
        ["tojson"] = ToJson,
        ["int"] = ToInteger,
        ["float"] = ToFloat,
        ["abs"] = Absolute,
        ["round"] = Round,
    };

    private static TemplateValue Default(TemplateValue value, CallArguments arguments, Interpreter it)
    {
        var bound = arguments.Bind(it.Context, "default", "default_value", "boolean");
        bool isReplaced = value is UndefinedValue || (bound.Flag(1, false) && !value.IsTrue);
        return isReplaced ? bound[0] ?? StringValue.Empty : value;
    }

    /// <summary>Hugging Face's <c>tojson</c>, which has the parameters of Python's <c>json.dumps</c>.</summary>
    private static StringValue ToJson(TemplateValue value, CallArguments arguments, Interpreter it)
    {
        var bound = arguments.Bind(it.Context, "tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        string? indent = bound[1] switch
        {
            null or NoneValue => null,
            StringValue text => text.Value,
            _ => new string(' ', Math.Clamp(bound.Integer(1, 0), 0, 100)),
        };
        var (itemSeparator, keySeparator) = bound[2] switch
        {
            null or NoneValue => (indent is null ? ", " : ",", ": "),
            SequenceValue { Items: [StringValue item, StringValue key] } => (item.Value, key.Value),
            _ => throw it.Context.Error("tojson: separators are a pair of strings"),
        };
        return new StringValue(new PythonJson(it.Context)
        {
            Indent = indent,
            ItemSeparator = itemSeparator,
            KeySeparator = keySeparator,
            AsciiOnly = bound.Flag(0, false),
            SortKeys = bound.Flag(3, false),
        }.Write(value));
    }

    private static TemplateValue ToInteger(TemplateValue value, CallArguments arguments, Interpreter it)
    {
        var bound = arguments.Bind(it.Context, "int", "default", "base");
        if (value is UndefinedValue undefined) throw it.Context.Error(undefined.Reason);
        var integer = value is StringValue text ? ParseInteger(text.Value, bound.Integer(1, 10)) : Truncated(value);
        return integer is { } number ? new IntegerValue(number) : bound[0] ?? new IntegerValue(0);
    }

    private static BigInteger? ParseInteger(string text, int radix)
    {
        string digits = PythonSpace.TrimEnd(PythonSpace.TrimStart(text)).ToString().Replace("_", "", StringComparison.Ordinal);
        if (radix == 10 && Numbers.ParseDecimal(digits) is { } integer) return integer;
        if (radix is >= 2 and <= 36 && Numbers.ParseRadix(WithoutPrefix(digits, radix), radix) is { } other) return other;
        return Numbers.TryParseFloat(text, out var number) ? Truncated(number) : null;
    }

    private static string WithoutPrefix(string digits, int radix)
    {
        string prefix = radix switch { 16 => "0x", 8 => "0o", 2 => "0b", _ => "" };
        return digits.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? digits[prefix.Length..] : digits;
    }

    private static BigInteger? Truncated(TemplateValue value)
    {
        if (Numbers.TryInteger(value, out var integer)) return integer;
        return value is FloatValue { Value: var number } && double.IsFinite(number) ? new BigInteger(number) : null;
    }

    private static TemplateValue ToFloat(TemplateValue value, CallArguments arguments, Interpreter it)
    {
        var bound = arguments.Bind(it.Context, "float", "default");
        if (value is UndefinedValue undefined) throw it.Context.Error(undefined.Reason);
        if (value is StringValue text && Numbers.TryParseFloat(text.Value, out var parsed)) return parsed;
        return Numbers.TryFloat(value, out double number) ? new FloatValue(number) : bound[0] ?? new FloatValue(0);
    }

    private static TemplateValue Absolute(TemplateValue value, CallArguments arguments, Interpreter it)
    {
        if (Numbers.TryInteger(value, out var integer)) return new IntegerValue(BigInteger.Abs(integer));
        return value is FloatValue number
            ? new FloatValue(Math.Abs(number.Value))
            : throw it.Context.Error($"bad operand type for abs(): '{value.TypeName}'");
    }

    private static TemplateValue Round(TemplateValue value, CallArguments arguments, Interpreter it)
    {
        var bound = arguments.Bind(it.Context, "round", "precision", "method");
        int precision = Math.Clamp(bound.Integer(0, 0), 0, 300);
        string method = bound.Text(1, "common");
        if (!Numbers.TryFloat(value, out double number)) throw it.Context.Error($"type {value.TypeName} doesn't define __round__ method");
        if (method == "common" && value is not FloatValue) return value;
        double scale = (double)BigInteger.Pow(10, precision);
        return method switch
        {
            "common" => new FloatValue(double.Parse(PythonFloat.Fixed(number, precision), NumberStyles.Float, CultureInfo.InvariantCulture)),
            "ceil" => new FloatValue(Math.Ceiling(number * scale) / scale),
            "floor" => new FloatValue(Math.Floor(number * scale) / scale),
            _ => throw it.Context.Error("method must be common, ceil or floor"),
        };
    }
}
