using Mibera.Inference.Chat.Templates.Rendering;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Functions;

/// <summary>Python's <c>'...' % values</c>, with the types <c>s r d i u x X f F</c>.</summary>
internal static class PercentFormat
{
    /// <param name="format">The text with its fields.</param>
    /// <param name="values">A tuple, a mapping for fields like <c>%(name)s</c>, or the only value.</param>
    /// <param name="context">The rendering.</param>
    public static string Apply(string format, TemplateValue values, RenderContext context)
    {
        var result = new BoundedText(context);
        IReadOnlyList<TemplateValue> items = values is TupleValue tuple ? tuple.Items : [values];
        int used = 0, at = 0;
        for (int next; (next = format.IndexOf('%', at)) >= 0;)
        {
            result.Append(format.AsSpan(at, next - at));
            at = next + 1;
            if (at < format.Length && format[at] == '%')
            {
                result.Append('%');
                at++;
                continue;
            }

            string? key = ReadKey(format, ref at, context);
            var specification = ReadSpecification(format, ref at, context);
            var value = key is not null ? Access.Item(values, new StringValue(key), context)
                : used < items.Count ? items[used++] : throw context.Error("not enough arguments for format string");
            result.Append(specification.Apply(value, '>', context));
        }

        if (used < items.Count && values is not (MappingValue or SequenceValue { Items.Count: 0 }))
            throw context.Error("not all arguments converted during string formatting");
        return result.Append(format.AsSpan(at)).ToString();
    }

    private static string? ReadKey(string format, ref int at, RenderContext context)
    {
        if (at >= format.Length || format[at] != '(') return null;
        int end = format.IndexOf(')', at);
        if (end < 0) throw context.Error("incomplete format key");
        string key = format[(at + 1)..end];
        at = end + 1;
        return key;
    }

    private static FormatSpecification ReadSpecification(string format, ref int at, RenderContext context)
    {
        bool isLeft = false, hasZeros = false, hasPlus = false;
        for (; at < format.Length && format[at] is '-' or '0' or '+' or ' '; at++)
        {
            isLeft |= format[at] == '-';
            hasZeros |= format[at] == '0';
            hasPlus |= format[at] == '+';
        }

        int width = Digits.Read(format, ref at) ?? 0;
        int? precision = null;
        if (at < format.Length && format[at] == '.')
        {
            at++;
            precision = Digits.Read(format, ref at) ?? 0;
        }

        char type = at < format.Length ? format[at++] : throw context.Error("incomplete format");
        return new FormatSpecification
        {
            Type = type switch { 'd' or 'i' or 'u' => 'd', 'f' or 'F' => 'f', 's' or 'r' or 'x' or 'X' => type, _ => throw Unsupported(type, context) },
            Alignment = isLeft ? '<' : null,
            HasZeros = hasZeros,
            HasPlus = hasPlus,
            Width = width,
            Precision = precision,
        };
    }

    private static ChatTemplateException Unsupported(char type, RenderContext context) =>
        context.Error($"unsupported format character '{type}'");
}
