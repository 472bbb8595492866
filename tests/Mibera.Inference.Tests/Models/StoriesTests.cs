using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Mibera.Inference.Tests.Models;

/// <summary>A real trained model, in all the clothes in which files come, tells the story that it is known to tell.</summary>
public sealed class StoriesTests
{
    [Theory]
    [InlineData("stories-phi3.gguf", 60)]
    [InlineData("stories-phi3-split.gguf", 60)]
    [InlineData("stories-mibera.gguf", 60)]
    [InlineData("stories-wild.gguf", 60)]
    [InlineData("stories-wild-split.gguf", 60)]
    [InlineData("stories-mibera-Q4_K_S.gguf", 20)]
    [InlineData("stories-mibera-Q3_K_M.gguf", 12)]
    [InlineData("stories-mibera-Q2_K.gguf", 12)]
    [InlineData("stories-wild-Q4_K_S.gguf", 20)]
    [InlineData("stories-wild-Q3_K_M.gguf", 12)]
    [InlineData("stories-wild-Q2_K.gguf", 12)]
    public async Task TellsTheStory(string file, int tokens)
    {
        using var model = await LanguageModel.LoadAsync(Fixtures.Path($"stories/{file}"));
        using var session = model.CreateSession();
        var text = new StringBuilder();
        await foreach (var piece in session.GenerateAsync("", new GenerationOptions { Temperature = 0, MaxTokens = tokens }))
            text.Append(piece.Text);
        var expected = File.ReadAllText(Fixtures.Path("stories/expected.txt"));
        Assert.StartsWith(text.ToString().Trim(), expected, StringComparison.Ordinal);
        Assert.Equal(tokens, session.Tokens.Length - 1);
    }

    // Without fixtures a theory has one case, which skips: a theory without cases fails.
    private const string Absent = "absent.gguf";

    public static TheoryData<string> Quantized()
    {
        var data = new TheoryData<string>();
        foreach (var file in Fixtures.Files("stories/quantized", "*.gguf"))
            data.Add(Path.GetFileName(file));
        if (!Fixtures.Available)
            data.Add(Absent);
        return data;
    }

    public static TheoryData<string> WithTruth()
    {
        var data = new TheoryData<string>();
        if (Fixtures.TryPath("stories/reference.json") is not { } path)
            return [Absent];
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        foreach (var file in document.RootElement.GetProperty("files").EnumerateObject())
        {
            if (file.Value.TryGetProperty("perplexity_f64", out _))
                data.Add(file.Name);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(WithTruth))]
    public async Task PerplexityIsTheTruth(string file)
    {
        var truth = Reference(file).GetProperty("perplexity_f64").GetDouble();
        using var model = await LanguageModel.LoadAsync(Fixtures.TryPath($"stories/{file}") ?? Fixtures.Path($"stories/quantized/{file}"));
        var perplexity = Perplexity.Measure(model, File.ReadAllText(Fixtures.Path("stories/ppl.txt")), 256).Value;
        var tolerance = truth > 5 ? 0.01 : 0.005;
        Assert.True(Math.Abs(perplexity / truth - 1) <= tolerance, string.Create(CultureInfo.InvariantCulture, $"{file}: {perplexity:F4}, the truth is {truth:F4}"));
    }

    [Theory]
    [MemberData(nameof(Quantized))]
    public async Task LogitsPointWhereLlamaCppsDo(string file)
    {
        var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Fixtures.Path($"stories/quantized/{Path.ChangeExtension(file, ".logits")}"))).ToArray();
        using var document = JsonDocument.Parse(File.ReadAllText(Fixtures.Path("stories/reference.json")));
        using var model = await LanguageModel.LoadAsync(Fixtures.Path($"stories/quantized/{file}"));
        using var session = model.CreateSession();
        var prompt = model.Tokenizer.Encode(document.RootElement.GetProperty("prompt_for_logits").GetString()!, addBos: true);
        var logits = session.Evaluate(prompt).ToArray();
        var limit = file.Contains("IQ1", StringComparison.Ordinal) || file.Contains("IQ2", StringComparison.Ordinal) || file.Contains("Q2_K", StringComparison.Ordinal)
            || file.Contains("TQ", StringComparison.Ordinal) ? 0.995 : 0.999;
        Assert.True(ModelAssert.Cosine(expected, logits) > limit, $"{file}: cosine {ModelAssert.Cosine(expected, logits)}");
    }

    private static JsonElement Reference(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Fixtures.Path("stories/reference.json")));
        return document.RootElement.GetProperty("files").GetProperty(file).Clone();
    }
}
