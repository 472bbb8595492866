using Mibera.Inference.Tests.Models;

namespace Mibera.Inference.Tests.Sessions;

/// <summary>Vectors of texts: pooled from the final hidden states, the same bits however they are computed.</summary>
public sealed class EmbeddingTests : TinyModelFolder
{
    private const string Text = "The quick brown fox jumps over the lazy dog";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(EmbeddingPooling.Mean)]
    [InlineData(EmbeddingPooling.Last)]
    public async Task BatchesAndCompanyDoNotMatter(EmbeddingPooling pooling)
    {
        var options = new EmbeddingOptions { Pooling = pooling };
        using var model = Load(TinyModel.Phi3());
        var expected = await model.EmbedAsync(Text, options, Cancellation);
        using var other = Load(TinyModel.Phi3(), new ModelOptions { Threads = 2, BatchSize = 7, MicroBatchSize = 3 });
        var all = await other.EmbedAsync(["a", Text, Text + Text], options, Cancellation);
        Assert.Equal(Text.Length, expected.TokenCount);
        Assert.Equal([1, Text.Length, 2 * Text.Length], all.Select(e => e.TokenCount));
        Assert.Equal(expected.Vector.ToArray(), all[1].Vector.ToArray());
        Assert.NotEqual(expected.Vector.ToArray(), all[2].Vector.ToArray());
        Assert.Equal(0, other.SessionBytes);
    }

    /// <summary>The logits are the output matrix times the hidden state, so a vector gives the logits of its position.</summary>
    [Fact]
    public async Task TheLastHiddenStateGivesTheLogits()
    {
        var tiny = TinyModel.Phi3();
        using var model = Load(tiny);
        var vector = (await model.EmbedAsync(Text, new EmbeddingOptions { Pooling = EmbeddingPooling.Last, Normalize = false }, Cancellation)).Vector.ToArray();
        Assert.Equal(model.EmbeddingLength, vector.Length);
        using var session = model.CreateSession(64);
        var logits = session.Evaluate(model.Tokenizer.Encode(Text), Cancellation);
        var output = tiny.Tensors["output.weight"].Values;
        for (var token = 0; token < logits.Length; token++)
        {
            var expected = 0.0;
            for (var i = 0; i < vector.Length; i++)
                expected += (double)output[token * vector.Length + i] * vector[i];
            Assert.Equal(expected, logits[token], 1e-4);
        }
    }

    [Fact]
    public async Task TheMeanIsThatOfEveryBeginningsLast()
    {
        using var model = Load(TinyModel.Phi3());
        var mean = (await model.EmbedAsync("abc", new EmbeddingOptions { Normalize = false }, Cancellation)).Vector.ToArray();
        var lasts = await model.EmbedAsync(["a", "ab", "abc"], new EmbeddingOptions { Pooling = EmbeddingPooling.Last, Normalize = false }, Cancellation);
        for (var i = 0; i < mean.Length; i++)
            Assert.Equal(lasts.Average(e => (double)e.Vector.Span[i]), mean[i], 1e-6);
    }

    [Fact]
    public async Task NormalizedVectorsHaveLengthOne()
    {
        using var model = Load(TinyModel.Phi2());
        var embedding = await model.EmbedAsync(Text, cancellationToken: Cancellation);
        Assert.Equal(1.0, embedding.Vector.ToArray().Sum(v => (double)v * v), 1e-6);
    }

    [Fact]
    public async Task WhatCannotBeEmbeddedIsRefused()
    {
        var tiny = TinyModel.Phi3();
        using var model = Load(tiny, OneThread with { ContextLength = 16 });
        await Assert.ThrowsAsync<ArgumentException>(() => model.EmbedAsync("", cancellationToken: Cancellation));
        await Assert.ThrowsAsync<ContextFullException>(() => model.EmbedAsync(["a", Text], cancellationToken: Cancellation));
        Assert.Empty(await model.EmbedAsync([], cancellationToken: Cancellation));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => model.EmbedAsync("a", cancellationToken: new CancellationToken(canceled: true)));
        model.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => model.EmbedAsync("a", cancellationToken: Cancellation));
        tiny.Tensors["output_norm.weight"].Values.AsSpan().Fill(float.NaN);
        using var broken = Load(tiny);
        await Assert.ThrowsAsync<NonFiniteLogitsException>(() => broken.EmbedAsync("a", cancellationToken: Cancellation));
    }

    [Fact]
    public async Task SimilarTextsLieNearerInARealModel()
    {
        using var model = await LanguageModel.LoadAsync(Fixtures.Path("smol/smol-chat-135m-Q4_1.gguf"), cancellationToken: Cancellation);
        var vectors = await model.EmbedAsync(
            ["The cat sleeps on the warm sofa.", "A kitten is napping on the couch.", "Interest rates rose by half a percent in March."], cancellationToken: Cancellation);
        Assert.True(Cosine(vectors[0], vectors[1]) > Cosine(vectors[0], vectors[2]) + 0.01);
    }

    private static double Cosine(TextEmbedding a, TextEmbedding b) => a.Vector.ToArray().Zip(b.Vector.ToArray(), (x, y) => (double)x * y).Sum();
}
