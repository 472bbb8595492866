using Mibera.Inference.Chat.Templates.Rendering;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Functions;

/// <summary>Python's <c>str.format</c>: fields by order, number or name, with fill, alignment, sign, width, precision and type.</summary>
internal static class BraceFormat
{
    public static string Apply(string format, CallArguments arguments, RenderContext context)
    {
        var result = new BoundedText(context);
        int automatic = 0;
        for (int at = 0; at < format.Length;)
        {
            int next = format.AsSpan(at).IndexOfAny('{', '}');
            if (next < 0) return result.Append(format.AsSpan(at)).ToString();
            result.Append(format.AsSpan(at, next));
            at += next;
            char brace = format[at];
            if (at + 1 < format.Length && format[at + 1] == brace)
            {
                result.Append(brace);
                at += 2;
                continue;
            }

            int end = format.IndexOf('}', at);
            if (brace == '}' || end < 0) throw context.Error($"single '{brace}' encountered in format string");
            result.Append(Field(format[(at + 1)..end], arguments, ref automatic, context));
            at = end + 1;
        }

        return result.ToString();
    }

    private static string Field(string field, CallArguments arguments, ref int automatic, RenderContext context)
    {
        int colon = field.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? field : field[..colon];
        bool isRepr = name.EndsWith("!r", StringComparison.Ordinal);
        if (isRepr || name.EndsWith("!s", StringComparison.Ordinal)) name = name[..^2];
        var value = Value(name, arguments, ref automatic, context);
        if (isRepr) value = new StringValue(PythonText.Repr(value, context));
        return colon < 0 ? PythonText.Of(value, context) : Specification(field[(colon + 1)..], context).Apply(value, '<', context);
    }

    private static TemplateValue Value(string name, CallArguments arguments, ref int automatic, RenderContext context)
    {
        int at = 0;
        int? index = name.Length == 0 ? automatic++ : Digits.Read(name, ref at);
        if (index is { } position && at == name.Length)
        {
            return position < arguments.Positional.Count
                ? arguments.Positional[position]
                : throw context.Error($"replacement index {position} out of range for positional args tuple");
        }

        // Paths like {0.attribute} would reach into values; no chat template needs them.
        foreach (var (key, value) in arguments.Named)
        {
            if (key == name) return value;
        }

        throw context.Error($"format field '{name}' is not among the arguments");
    }

    private static FormatSpecification Specification(string text, RenderContext context)
    {
        int at = 0;
        char filler = ' ';
        char? alignment = null;
        if (text.Length > 1 && text[1] is '<' or '>' or '^') (filler, alignment, at) = (text[0], text[1], 2);
        else if (text.Length > 0 && text[0] is '<' or '>' or '^') (alignment, at) = (text[0], 1);
        bool hasPlus = at < text.Length && text[at] == '+';
        if (hasPlus) at++;
        bool hasZeros = at < text.Length && text[at] == '0';
        int width = Digits.Read(text, ref at) ?? 0;
        int? precision = null;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            precision = Digits.Read(text, ref at) ?? throw context.Error("format specifier missing precision");
        }

        char? type = at < text.Length ? text[at++] : null;
        if (at < text.Length || type is not (null or 's' or 'd' or 'f' or 'x' or 'X' or 'b'))
            throw context.Error($"unsupported format specifier '{text}'");
        return new FormatSpecification
        {
            Type = type,
            Filler = filler,
            Alignment = alignment,
            HasPlus = hasPlus,
            HasZeros = hasZeros,
            Width = width,
            Precision = precision,
        };
    }
}
