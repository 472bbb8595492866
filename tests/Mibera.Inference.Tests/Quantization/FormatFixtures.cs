using System.Runtime.InteropServices;
using System.Text.Json;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Quantization;

/// <summary>ggml's own blocks and what it decodes them to, per format and kind ("gaussian", "random").</summary>
internal static class FormatFixtures
{
    public const int Columns = 512;

    public static readonly string[] Kinds = ["gaussian", "random"];

    /// <summary>Name in the fixtures' index, type, and block geometry of every format there; empty without fixtures.</summary>
    public static IReadOnlyList<(string Name, GgmlType Type, int Elements, int Bytes)> Index { get; } = ReadIndex();

    public static string NameOf(GgmlType type)
    {
        // Skips the test where there are no fixtures.
        _ = Fixtures.Path("formats/index.json");
        return Index.Single(entry => entry.Type == type).Name;
    }

    public static byte[] Blocks(GgmlType type, string kind) =>
        File.ReadAllBytes(Fixtures.Path($"formats/{NameOf(type)}.{kind}.blocks"));

    public static float[] Decoded(GgmlType type, string kind) =>
        MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Fixtures.Path($"formats/{NameOf(type)}.{kind}.f32"))).ToArray();

    private static List<(string, GgmlType, int, int)> ReadIndex()
    {
        if (Fixtures.TryPath("formats/index.json") is not { } path)
            return [];
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. document.RootElement.EnumerateObject().Select(entry => (
            entry.Name,
            (GgmlType)entry.Value.GetProperty("ggml_type").GetInt32(),
            entry.Value.GetProperty("block_elements").GetInt32(),
            entry.Value.GetProperty("block_bytes").GetInt32()))];
    }
}
