using Mibera.Inference.Gguf;

namespace Mibera.Inference.Models;

/// <summary>Reads the keys of one architecture (<c>phi3.block_count</c>, ...) and checks that their values are possible.</summary>
internal sealed class MetadataReader(GgufMetadata metadata, string prefix, string file)
{
    public string Key(string name) => $"{prefix}.{name}";

    public int? Integer(string name, int minimum = 0)
    {
        var key = Key(name);
        if (metadata.GetUInt32OrNull(key) is not { } value)
            return null;
        if (value > int.MaxValue || value < minimum)
            throw Impossible(key, value.ToString(System.Globalization.CultureInfo.InvariantCulture), $"an integer of at least {minimum}");
        return (int)value;
    }

    public float? Positive(string name)
    {
        if (Number(name) is not { } value)
            return null;
        return value > 0f ? value : throw Impossible(Key(name), Text(value), "a positive number");
    }

    public float? Number(string name)
    {
        var key = Key(name);
        if (metadata.GetFloatOrNull(key) is not { } value)
            return null;
        return float.IsFinite(value) ? value : throw Impossible(key, Text(value), "a finite number");
    }

    public string? String(string name) => metadata.GetStringOrNull(Key(name));

    public GgufFormatException Impossible(string key, string found, string expected) =>
        new($"{file}: {key} is {found}, expected {expected}", file) { Key = key };

    private static string Text(float value) => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}
