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

    public static TheoryData<string> Quantized()
    {
        var data = new TheoryData<string>();
        foreach (var file in Fixtures.Files("stories/quantized", "*.gguf"))
            data.Add(Path.GetFileName(file));
        return data;
    }

    [Theory]
    [MemberData(nameof(Quantized))]
    public async Task PerplexityIsTheTruth(string file)
    {
        var truth = Reference(file).GetProperty("perplexity_f64").GetDouble();
        using var model = await LanguageModel.LoadAsync(Fixtures.Path($"stories/quantized/{file}"));
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
        Assert.True(Cosine(expected, logits) > limit, $"{file}: cosine {Cosine(expected, logits)}");
    }

    private static JsonElement Reference(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Fixtures.Path("stories/reference.json")));
        return document.RootElement.GetProperty("files").GetProperty(file).Clone();
    }

    private static double Cosine(float[] a, float[] b)
    {
        double dot = 0, aa = 0, bb = 0;
        for (var i = 0; i < a.Length; i++)
            (dot, aa, bb) = (dot + (double)a[i] * b[i], aa + (double)a[i] * a[i], bb + (double)b[i] * b[i]);
        return dot / Math.Sqrt(aa * bb);
    }
}
