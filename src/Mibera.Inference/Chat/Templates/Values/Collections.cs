using System.Diagnostics.CodeAnalysis;
using Mibera.Inference.Chat.Templates.Rendering;

namespace Mibera.Inference.Chat.Templates.Values;

/// <summary>A list or a tuple.</summary>
internal abstract class SequenceValue : TemplateValue
{
    protected SequenceValue(IReadOnlyList<TemplateValue> items)
    {
        Items = items;
        int inner = 0;
        foreach (var item in items) inner = Math.Max(inner, item.Depth);
        Depth = inner + 1;
    }

    public IReadOnlyList<TemplateValue> Items { get; }

    public override bool IsTrue => Items.Count > 0;

    public override int Depth { get; }

    /// <summary>Other items in a sequence of the same type.</summary>
    public abstract SequenceValue With(IReadOnlyList<TemplateValue> items);
}

internal sealed class ListValue(IReadOnlyList<TemplateValue> items) : SequenceValue(items)
{
    public static readonly ListValue Empty = new([]);

    public override string TypeName => "list";

    public override SequenceValue With(IReadOnlyList<TemplateValue> items) => new ListValue(items);
}

internal sealed class TupleValue(IReadOnlyList<TemplateValue> items) : SequenceValue(items)
{
    public override string TypeName => "tuple";

    public override SequenceValue With(IReadOnlyList<TemplateValue> items) => new TupleValue(items);
}

/// <summary>A mapping that keeps the order of its keys; a key given twice keeps its first place and its last value.</summary>
internal sealed class MappingValue : TemplateValue
{
    public static readonly MappingValue Empty = new([]);

    private readonly OrderedDictionary<TemplateValue, TemplateValue> _entries = new(KeyComparer.Instance);

    /// <param name="entries">Keys that <see cref="KeyComparer.CanBeKey"/> accepts, and their values.</param>
    public MappingValue(IEnumerable<KeyValuePair<TemplateValue, TemplateValue>> entries)
    {
        int inner = 0;
        foreach (var (key, value) in entries)
        {
            _entries[key] = value;
            inner = Math.Max(inner, value.Depth);
        }

        Depth = inner + 1;
    }

    public IReadOnlyDictionary<TemplateValue, TemplateValue> Entries => _entries;

    public override string TypeName => "dict";

    public override bool IsTrue => _entries.Count > 0;

    public override int Depth { get; }

    public bool TryGet(TemplateValue key, RenderContext context, [NotNullWhen(true)] out TemplateValue? value)
    {
        value = null;
        if (key is StringValue text) context.Scan(text.Value.Length);
        return KeyComparer.CanBeKey(key) && _entries.TryGetValue(key, out value);
    }

    public static KeyValuePair<TemplateValue, TemplateValue> Entry(string key, TemplateValue value) => new(new StringValue(key), value);
}

/// <summary>The result of <c>map</c>, <c>select</c> and their like: true, without a length, and empty after its first use, as in Python.</summary>
internal sealed class GeneratorValue(IEnumerable<TemplateValue> items) : TemplateValue
{
    private readonly IEnumerator<TemplateValue> _items = items.GetEnumerator();

    public override string TypeName => "generator";

    /// <summary>The items not yet taken.</summary>
    public IEnumerable<TemplateValue> Take()
    {
        while (_items.MoveNext()) yield return _items.Current;
    }
}

/// <summary><c>namespace()</c>: the one value whose attributes a template may set.</summary>
internal sealed class NamespaceValue(IEnumerable<KeyValuePair<string, TemplateValue>> attributes) : TemplateValue
{
    public Dictionary<string, TemplateValue> Attributes { get; } = new(attributes, StringComparer.Ordinal);

    public override string TypeName => "Namespace";
}
