using System.Runtime.InteropServices;
using System.Text.Json;

namespace Mibera.Inference.Tests.Models;

/// <summary>Logits of every position against Hugging Face's own implementation of each architecture.</summary>
public sealed class HuggingFaceTests
{
    private static readonly string[] Names = ["phi", "phi3", "phi3-longrope", "phi3-window", "phi4mini", "phimoe", "llama"];

    public static TheoryData<string, int> Cases()
    {
        var data = new TheoryData<string, int>();
        foreach (var name in Names)
        {
            foreach (var pieces in new[] { 0, 1, 7, 64 })
                data.Add(name, pieces);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task LogitsAgree(string name, int pieces)
    {
        using var reference = JsonDocument.Parse(File.ReadAllText(Fixtures.Path("hf/reference.json")));
        var entry = reference.RootElement.GetProperty("models").GetProperty(name);
        using var model = await LanguageModel.LoadAsync(Fixtures.Path($"hf/{name}.gguf"), new ModelOptions { Threads = 2 });
        foreach (var item in entry.GetProperty("cases").EnumerateArray())
        {
            var ids = item.GetProperty("ids").EnumerateArray().Select(e => e.GetInt32()).ToArray();
            var expected = Floats(Fixtures.Path($"hf/{item.GetProperty("logits").GetString()}"));
            if (pieces == 0)
                AssertEveryPosition(model, ids, expected);
            else
                AssertLastPosition(model, ids, expected, pieces);
        }
    }

    private static void AssertEveryPosition(LanguageModel model, int[] ids, float[] expected)
    {
        var actual = new float[expected.Length];
        using var session = model.CreateSession();
        session.Evaluate(ids, (position, logits) => logits.CopyTo(actual.AsSpan(position * model.VocabularySize)));
        AssertClose(expected, actual);
    }

    /// <summary>The last position sees everything before it, on both sides of LongRoPE's boundary.</summary>
    private static void AssertLastPosition(LanguageModel model, int[] ids, float[] expected, int pieces)
    {
        using var session = model.CreateSession();
        foreach (var piece in ids.Chunk(pieces))
            session.Evaluate(piece);
        var last = session.Evaluate([]).ToArray();
        AssertClose(expected.AsSpan(expected.Length - last.Length).ToArray(), last);
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        var largest = expected.Max(MathF.Abs);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(MathF.Abs(expected[i] - actual[i]) <= 1e-3f * largest, $"logit {i}: {actual[i]}, expected {expected[i]} (largest {largest})");
    }

    private static float[] Floats(string path) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray();
}
