using System.Globalization;
using Mibera.Inference.Chat.Templates.Rendering;

namespace Mibera.Inference.Chat.Templates.Values;

/// <summary>
/// Python's <c>json.dumps</c>, which Hugging Face's renderer puts in the place of Jinja's own <c>tojson</c>: no HTML escaping, keys in
/// their order, a space after commas and colons.
/// </summary>
internal sealed class PythonJson
{
    private readonly BoundedText _result;

    public PythonJson(RenderContext context) => _result = new BoundedText(context);

    /// <summary>Text of one level of indentation, or null for everything on one line.</summary>
    public string? Indent { get; init; }

    public required string ItemSeparator { get; init; }

    public required string KeySeparator { get; init; }

    public bool AsciiOnly { get; init; }

    public bool SortKeys { get; init; }

    public string Write(TemplateValue value)
    {
        if (value.Depth > TemplateLimits.ValueDepth) throw Error($"a value nested deeper than {TemplateLimits.ValueDepth} levels");
        Write(value, 0);
        return _result.ToString();
    }

    private ChatTemplateException Error(string reason) => _result.Context.Error(reason);

    private void Write(TemplateValue value, int level)
    {
        _result.Context.Step();
        switch (value)
        {
            case StringValue text: WriteString(text.Value); break;
            case SequenceValue sequence: WriteItems(sequence.Items, level); break;
            case MappingValue mapping: WriteMapping(mapping, level); break;
            default:
                _result.Append(Scalar(value) ?? throw Error($"Object of type {value.TypeName} is not JSON serializable"));
                break;
        }
    }

    private static string? Scalar(TemplateValue value) => value switch
    {
        NoneValue => "null",
        BooleanValue flag => flag.IsTrue ? "true" : "false",
        IntegerValue number => number.Value.ToString(CultureInfo.InvariantCulture),
        FloatValue { Value: var number } when double.IsNaN(number) => "NaN",
        FloatValue { Value: var number } when double.IsInfinity(number) => number > 0 ? "Infinity" : "-Infinity",
        FloatValue number => PythonFloat.Repr(number.Value),
        _ => null,
    };

    private void WriteItems(IReadOnlyList<TemplateValue> items, int level)
    {
        _result.Append('[');
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0) _result.Append(ItemSeparator);
            NewLine(level + 1);
            Write(items[i], level + 1);
        }

        if (items.Count > 0) NewLine(level);
        _result.Append(']');
    }

    private void WriteMapping(MappingValue mapping, int level)
    {
        _result.Append('{');
        bool isFirst = true;
        foreach (var (key, value) in Ordered(mapping))
        {
            if (!isFirst) _result.Append(ItemSeparator);
            isFirst = false;
            NewLine(level + 1);
            WriteString(key);
            _result.Append(KeySeparator);
            Write(value, level + 1);
        }

        if (!isFirst) NewLine(level);
        _result.Append('}');
    }

    private IEnumerable<(string Key, TemplateValue Value)> Ordered(MappingValue mapping)
    {
        var entries = mapping.Entries.Select(entry => (Key: KeyText(entry.Key), entry.Value));
        return SortKeys ? entries.OrderBy(entry => entry.Key, StringComparer.Ordinal) : entries;
    }

    private string KeyText(TemplateValue key) => key is StringValue text
        ? text.Value
        : Scalar(key) ?? throw Error($"keys must be str, int, float, bool or None, not {key.TypeName}");

    private void NewLine(int level)
    {
        if (Indent is null) return;
        _result.Append('\n');
        for (int i = 0; i < level; i++) _result.Append(Indent);
    }

    private void WriteString(string text)
    {
        _result.Append('"');
        int plain = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (Escape(text[i]) is not { } escape) continue;
            _result.Append(text.AsSpan(plain, i - plain)).Append(escape);
            plain = i + 1;
        }

        _result.Append(text.AsSpan(plain)).Append('"');
    }

    private string? Escape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\b' => "\\b",
        '\f' => "\\f",
        < ' ' => UnicodeEscape(c),
        > '~' when AsciiOnly => UnicodeEscape(c),
        _ => null,
    };

    private static string UnicodeEscape(char c) => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
}
