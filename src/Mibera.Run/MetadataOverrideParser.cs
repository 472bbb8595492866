using System.Globalization;
using Mibera.Inference.Gguf;

namespace Mibera.Run;

/// <summary><c>--override-kv key=type:value</c> with the types int, float, bool and str, as in llama.cpp.</summary>
internal static class MetadataOverrideParser
{
    public static IReadOnlyDictionary<string, GgufValue> Parse(IEnumerable<string> overrides)
    {
        var values = new Dictionary<string, GgufValue>();
        foreach (var text in overrides)
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            var colon = text.IndexOf(':', Math.Max(equals, 0));
            if (equals <= 0 || colon < 0)
                throw Malformed(text);
            values[text[..equals]] = Value(text[(equals + 1)..colon], text[(colon + 1)..]) ?? throw Malformed(text);
        }
        return values;
    }

    private static GgufValue? Value(string type, string text) => type switch
    {
        "int" when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => GgufValue.From(number),
        "float" when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => GgufValue.From(number),
        "bool" when bool.TryParse(text, out var truth) => GgufValue.From(truth),
        "str" => GgufValue.From(text),
        _ => null,
    };

    private static UsageException Malformed(string text) =>
        new($"--override-kv: '{text}' is not KEY=TYPE:VALUE with a type of int, float, bool or str");
}
