using Mibera.Inference.Gguf;

namespace Mibera.Inference.Models;

/// <summary>Reads <c>general.architecture</c>.</summary>
internal static class ModelLabel
{
    private const string Key = "general.architecture";

    private static readonly Dictionary<string, ModelArchitecture> Labels = new(StringComparer.Ordinal)
    {
        ["phi2"] = ModelArchitecture.Phi2,
        ["phi3"] = ModelArchitecture.Phi3,
        ["phimoe"] = ModelArchitecture.PhiMoe,
        ["llama"] = ModelArchitecture.Llama,
    };

    /// <exception cref="UnsupportedModelException">The architecture is none of this engine's.</exception>
    public static ModelArchitecture Parse(GgufMetadata metadata, string file)
    {
        var label = metadata.GetStringOrNull(Key);
        if (label is not null && Labels.TryGetValue(label, out var architecture))
            return architecture;
        var found = label is null ? "is missing" : $"is {MessageText.Quote(label)}";
        throw new UnsupportedModelException($"{file}: {Key} {found}, expected one of {string.Join(", ", Labels.Keys)}", file);
    }
}
