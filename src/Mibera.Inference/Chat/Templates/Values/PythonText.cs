using System.Globalization;
using System.Text;
using Mibera.Inference.Chat.Templates.Rendering;

namespace Mibera.Inference.Chat.Templates.Values;

/// <summary>What Python's <c>str()</c> and <c>repr()</c> make of a value: what <c>{{ }}</c> prints.</summary>
internal static class PythonText
{
    /// <summary><c>str(value)</c>.</summary>
    public static string Of(TemplateValue value, RenderContext context)
    {
        if (value is StringValue text) return text.Value;
        if (value is UndefinedValue) return "";
        return Repr(value, context);
    }

    /// <summary><c>repr(value)</c>: strings quoted.</summary>
    public static string Repr(TemplateValue value, RenderContext context)
    {
        var result = new BoundedText(context);
        if (value.Depth > TemplateLimits.ValueDepth) throw context.Error($"a value nested deeper than {TemplateLimits.ValueDepth} levels");
        Write(value, result);
        return result.ToString();
    }

    private static void Write(TemplateValue value, BoundedText result)
    {
        result.Context.Step();
        switch (value)
        {
            case StringValue text: Quote(text.Value, result); break;
            case UndefinedValue: result.Append("Undefined"); break;
            case NoneValue: result.Append("None"); break;
            case BooleanValue flag: result.Append(flag.IsTrue ? "True" : "False"); break;
            case IntegerValue number: result.Append(number.Value.ToString(CultureInfo.InvariantCulture)); break;
            case FloatValue number: result.Append(PythonFloat.Repr(number.Value)); break;
            case ListValue list: WriteItems('[', list.Items, ']', result); break;
            case TupleValue { Items.Count: 1 } tuple:
                result.Append('(');
                Write(tuple.Items[0], result);
                result.Append(",)");
                break;
            case TupleValue tuple: WriteItems('(', tuple.Items, ')', result); break;
            case MappingValue mapping: WriteMapping(mapping, result); break;
            default: result.Append($"<{value.TypeName} object>"); break;
        }
    }

    private static void WriteItems(char open, IReadOnlyList<TemplateValue> items, char close, BoundedText result)
    {
        result.Append(open);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0) result.Append(", ");
            Write(items[i], result);
        }

        result.Append(close);
    }

    private static void WriteMapping(MappingValue mapping, BoundedText result)
    {
        result.Append('{');
        bool isFirst = true;
        foreach (var (key, value) in mapping.Entries)
        {
            if (!isFirst) result.Append(", ");
            isFirst = false;
            Write(key, result);
            result.Append(": ");
            Write(value, result);
        }

        result.Append('}');
    }

    private static void Quote(string text, BoundedText result)
    {
        char quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        result.Append(quote);
        foreach (var rune in text.EnumerateRunes()) WriteQuoted(rune, quote, result);
        result.Append(quote);
    }

    private static void WriteQuoted(Rune rune, char quote, BoundedText result)
    {
        int code = rune.Value;
        if (code == quote || code == '\\') result.Append('\\').Append((char)code);
        else if (code == '\n') result.Append("\\n");
        else if (code == '\r') result.Append("\\r");
        else if (code == '\t') result.Append("\\t");
        else if (IsPrintable(rune)) result.Append(rune.ToString());
        else if (code < 0x100) result.Append(string.Create(CultureInfo.InvariantCulture, $"\\x{code:x2}"));
        else if (code < 0x10000) result.Append(string.Create(CultureInfo.InvariantCulture, $"\\u{code:x4}"));
        else result.Append(string.Create(CultureInfo.InvariantCulture, $"\\U{code:x8}"));
    }

    /// <summary>Python prints every character but controls, formats, unassigned ones and separators other than the space.</summary>
    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);
}
