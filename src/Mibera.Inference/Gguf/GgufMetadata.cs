using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Mibera.Inference.Gguf;

/// <summary>The key-value pairs of a GGUF file, in the file's order, with getters that explain a value of the wrong type.</summary>
[SuppressMessage("Naming", "CA1710", Justification = "Metadata is the format's own word.")]
public sealed partial class GgufMetadata : IReadOnlyDictionary<string, GgufValue>
{
    private readonly OrderedDictionary<string, GgufValue> _values;

    /// <summary>Makes metadata from pairs.</summary>
    /// <param name="values">The pairs; keys are compared by their characters.</param>
    /// <param name="file">The file that errors are to name.</param>
    /// <exception cref="ArgumentException">A key occurs twice.</exception>
    public GgufMetadata(IEnumerable<KeyValuePair<string, GgufValue>> values, string? file = null)
        : this(new OrderedDictionary<string, GgufValue>(values, StringComparer.Ordinal), file)
    {
    }

    internal GgufMetadata(OrderedDictionary<string, GgufValue> values, string? file)
    {
        _values = values;
        File = file;
    }

    /// <summary>The file that errors name, or null.</summary>
    public string? File { get; }

    /// <inheritdoc/>
    public int Count => _values.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _values.Keys;

    /// <inheritdoc/>
    public IEnumerable<GgufValue> Values => _values.Values;

    /// <inheritdoc/>
    public GgufValue this[string key] => _values[key];

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _values.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out GgufValue value) => _values.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, GgufValue>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A copy in which one key has another value, or is added at the end.</summary>
    public GgufMetadata With(string key, GgufValue value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return new(new OrderedDictionary<string, GgufValue>(_values, StringComparer.Ordinal) { [key] = value }, File);
    }
}
