using System.Runtime.InteropServices;
using System.Text.Json;

namespace Mibera.Inference.Tests.Models;

/// <summary>A real chat model of 135M weights against Hugging Face in float32.</summary>
public sealed class SmolTests
{
    // Where the best two logits are nearer than this, int8 activations may choose otherwise.
    private const double SafeMargin = 0.6;

    private const string ModelFile = "smol/smol-chat-135m-Q4_1.gguf";

    [Fact]
    public async Task AnswersAsTheReference()
    {
        using var reference = Reference();
        using var model = await LanguageModel.LoadAsync(Fixtures.Path(ModelFile));
        foreach (var chat in reference.RootElement.GetProperty("chat").EnumerateArray().Concat(reference.RootElement.GetProperty("completion").EnumerateArray()))
        {
            var expected = Integers(chat.GetProperty("greedy_ids"));
            var margins = chat.GetProperty("margins").EnumerateArray().Select(m => m.GetDouble()).ToArray();
            var safe = margins.TakeWhile(m => m > SafeMargin).Count();
            Assert.Equal(expected[..safe], await GenerateIds(model, Integers(chat.GetProperty("ids")), safe));
        }
    }

    [Fact]
    public async Task TokenizesThePromptsAsTheReference()
    {
        using var reference = Reference();
        using var model = await LanguageModel.LoadAsync(Fixtures.Path(ModelFile));
        foreach (var chat in reference.RootElement.GetProperty("chat").EnumerateArray())
            Assert.Equal(Integers(chat.GetProperty("ids")), model.Tokenizer.Encode(chat.GetProperty("prompt").GetString()!, parseSpecial: true));
    }

    [Fact]
    public async Task LogitsPointWhereTheReferenceDoes()
    {
        using var reference = Reference();
        var logits = reference.RootElement.GetProperty("logits");
        using var model = await LanguageModel.LoadAsync(Fixtures.Path(ModelFile));
        using var session = model.CreateSession();
        var actual = session.Evaluate(Integers(logits.GetProperty("ids"))).ToArray();
        var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Fixtures.Path($"smol/{logits.GetProperty("file").GetString()}"))).ToArray();
        Assert.True(ModelAssert.Cosine(expected, actual) > 0.999);
    }

    [Theory]
    [InlineData(256)]
    [InlineData(512)]
    public async Task PerplexityIsTheTruth(int context)
    {
        using var reference = Reference();
        var truth = reference.RootElement.GetProperty("perplexity").GetProperty($"{context}").GetProperty("f32").GetDouble();
        using var model = await LanguageModel.LoadAsync(Fixtures.Path(ModelFile));
        var measured = Perplexity.Measure(model, File.ReadAllText(Fixtures.Path("smol/ppl.txt")), context);
        Assert.True(Math.Abs(measured.Value / truth - 1) <= 0.005, $"{measured.Value:F4}, the truth is {truth:F4}");
    }

    private static async Task<int[]> GenerateIds(LanguageModel model, int[] prompt, int count)
    {
        using var session = model.CreateSession();
        var options = new GenerationOptions { Temperature = 0, MaxTokens = count, IgnoreEndOfGeneration = true };
        await foreach (var _ in session.GenerateAsync(prompt, options))
            continue;
        return session.Tokens[prompt.Length..].ToArray();
    }

    private static int[] Integers(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetInt32())];

    private static JsonDocument Reference() => JsonDocument.Parse(File.ReadAllText(Fixtures.Path("smol/reference.json")));
}
