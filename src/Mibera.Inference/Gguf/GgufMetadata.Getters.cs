using System.Diagnostics.CodeAnalysis;

namespace Mibera.Inference.Gguf;

/// <summary>
/// Typed getters: null where the key is absent, <see cref="GgufFormatException"/> where its value is of another kind.
/// </summary>
public sealed partial class GgufMetadata
{
    /// <summary>Whether the key is there; then its string.</summary>
    /// <exception cref="GgufFormatException">The value is no string.</exception>
    public bool TryGetString(string key, [NotNullWhen(true)] out string? value) => (value = GetStringOrNull(key)) is not null;

    /// <summary>The string of a key.</summary>
    /// <exception cref="GgufFormatException">The value is no string.</exception>
    public string? GetStringOrNull(string key)
    {
        if (!TryGetValue(key, out var value)) return null;
        return value.Type == GgufValueType.String ? value.AsString() : throw Wrong(key, value, "a string");
    }

    /// <summary>The value of a key of any integer type.</summary>
    /// <exception cref="GgufFormatException">The value is no integer, or outside 32 bits.</exception>
    public uint? GetUInt32OrNull(string key)
    {
        if (!TryGetValue(key, out var value)) return null;
        return value.TryGetUInt64(out var number) && number <= uint.MaxValue
            ? (uint)number
            : throw Wrong(key, value, "an integer from 0 to 4294967295");
    }

    /// <summary>The value of a key of any integer type.</summary>
    /// <exception cref="GgufFormatException">The value is no integer, or outside 32 bits.</exception>
    public int? GetInt32OrNull(string key)
    {
        if (!TryGetValue(key, out var value)) return null;
        return value.TryGetInt64(out var number) && number == (int)number
            ? (int)number
            : throw Wrong(key, value, "an integer from -2147483648 to 2147483647");
    }

    /// <summary>The value of a key of any number type, rounded to 32 bits. It may be NaN or infinite if the file says so.</summary>
    /// <exception cref="GgufFormatException">The value is no number.</exception>
    public float? GetFloatOrNull(string key)
    {
        if (!TryGetValue(key, out var value)) return null;
        return value.TryGetDouble(out var number) ? (float)number : throw Wrong(key, value, "a number");
    }

    /// <summary>The value of a key of type bool.</summary>
    /// <exception cref="GgufFormatException">The value is no bool.</exception>
    public bool? GetBoolOrNull(string key)
    {
        if (!TryGetValue(key, out var value)) return null;
        return value.Type == GgufValueType.Bool ? value.AsBoolean() : throw Wrong(key, value, "true or false");
    }

    /// <summary>The array of a key, whatever its elements.</summary>
    /// <exception cref="GgufFormatException">The value is no array.</exception>
    public GgufArray? GetArrayOrNull(string key)
    {
        if (!TryGetValue(key, out var value)) return null;
        return value.Type == GgufValueType.Array ? value.AsArray() : throw Wrong(key, value, "an array");
    }

    /// <summary>The array of a key whose elements must be strings.</summary>
    /// <exception cref="GgufFormatException">The value is no array, or of something else.</exception>
    public GgufArray? GetStringArrayOrNull(string key)
    {
        if (GetArrayOrNull(key) is not { } array) return null;
        return array.ElementType == GgufValueType.String ? array : throw Wrong(key, this[key], "an array of strings");
    }

    /// <summary>The elements of an array of numbers, rounded to 32 bits.</summary>
    /// <exception cref="GgufFormatException">The value is no array, or of something else.</exception>
    public float[]? GetFloatsOrNull(string key) => Convert(key, array => array.ToSingleArray(), "an array of numbers");

    /// <summary>The elements of an array of integers.</summary>
    /// <exception cref="GgufFormatException">The value is no array, or of something else, or one does not fit 32 bits.</exception>
    public int[]? GetInt32sOrNull(string key) => Convert(key, array => array.ToInt32Array(), "an array of 32-bit integers");

    private T[]? Convert<T>(string key, Func<GgufArray, T[]> convert, string expected)
    {
        if (GetArrayOrNull(key) is not { } array) return null;
        try
        {
            return convert(array);
        }
        catch (InvalidOperationException)
        {
            throw Wrong(key, this[key], expected);
        }
    }

    /// <summary>An error about a key: "FILE: key 'KEY' PROBLEM."</summary>
    internal GgufFormatException Error(string key, string problem)
    {
        var where = File is null ? "" : $"{File}: ";
        return new($"{where}key {MessageText.Quote(key)} {problem}.", File) { Key = key };
    }

    private GgufFormatException Wrong(string key, GgufValue found, string expected) =>
        Error(key, $"is {found.Type.DisplayName()} {found}; {expected} was expected");
}
