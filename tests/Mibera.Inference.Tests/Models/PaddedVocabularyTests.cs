using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Models;

/// <summary>Models whose matrices have another number of rows than the vocabulary has tokens.</summary>
public sealed class PaddedVocabularyTests : TinyModelFolder
{
    private const int Rows = 320;

    [Theory]
    [InlineData(0f)]
    [InlineData(2f)]
    public async Task RowsWithoutATokenAreNeverSampled(float temperature)
    {
        using var model = Load(Padded());
        Assert.Equal(Rows, model.VocabularySize);
        using var session = model.CreateSession(128);
        // The prompt may hold such ids; neither the decoder nor the penalties may stumble over them.
        var options = new GenerationOptions { MaxTokens = 64, Temperature = temperature, TopK = 0, Seed = 3, IgnoreEndOfGeneration = true, RepeatPenalty = 1.1f, RepeatLastN = -1 };
        await foreach (var piece in session.GenerateAsync(new[] { Rows - 1, 300, 5 }, options, TestContext.Current.CancellationToken))
            Assert.InRange(piece.TokenId, -1, TinyModel.Vocabulary - 1);
        Assert.Equal(67, session.Position);
        // They are what the model likes best: without the mask the first token would have been one of them.
        session.Truncate(2);
        var logits = session.Evaluate([5]).ToArray();
        Assert.True(logits[TinyModel.Vocabulary..].Max() > logits[..TinyModel.Vocabulary].Max());
    }

    [Fact]
    public async Task ABiasOnARowWithoutATokenIsWrongUse()
    {
        using var model = Load(Padded());
        var options = new GenerationOptions { LogitBias = new Dictionary<int, float> { [TinyModel.Vocabulary] = 1f } };
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Generate(model, "a", options));
    }

    [Fact]
    public void FewerRowsThanTokensIsAnError()
    {
        var model = TinyModel.Phi3();
        foreach (var name in new[] { "token_embd.weight", "output.weight" })
            model.Split(name, (name, 200));
        Assert.Contains("tokenizer.ggml.tokens has 257 tokens, token_embd.weight only 200 rows", Refused<UnsupportedModelException>(model).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenizer.ggml.tokens")]
    [InlineData("tokenizer.ggml.token_type")]
    [InlineData("tokenizer.ggml.merges")]
    [InlineData("tokenizer.ggml.model")]
    public void AVocabularyOfAnotherTypeIsAnError(string key)
    {
        var model = TinyModel.Phi3();
        model.Keys[key] = GgufValue.From(1.5f);
        Assert.Equal(key, Refused<GgufFormatException>(model).Key);
    }

    [Theory]
    [InlineData("bos_token_id")]
    [InlineData("eos_token_id")]
    public async Task SpecialIdsBeyondTheVocabularyAreIgnoredWithAWarning(string key)
    {
        var tiny = TinyModel.Phi3();
        tiny.Keys["tokenizer.ggml." + key] = GgufValue.From(999_999u);
        using var model = Load(tiny);
        Assert.Contains(model.LoadReport.Entries, e => e.Kind == LoadReportKind.Warning && e.Text.Contains(key, StringComparison.Ordinal));
        await Generate(model, "abc", new GenerationOptions { MaxTokens = 3 });
    }

    private static TinyModel Padded()
    {
        var model = TinyModel.Phi3();
        foreach (var name in new[] { "token_embd.weight", "output.weight" })
        {
            var values = model.Tensors[name].Values;
            // The rows beyond the vocabulary are those within it, ten times as large.
            model.Tensors[name] = new TinyTensor([TinyModel.Width, Rows], [.. values, .. values.Take((Rows - TinyModel.Vocabulary) * TinyModel.Width).Select(v => 10 * v)]);
        }
        return model;
    }
}
