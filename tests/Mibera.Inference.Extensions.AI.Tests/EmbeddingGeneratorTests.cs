using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace Mibera.Inference.Extensions.AI.Tests;

/// <summary>The embedding generator over the real small chat model.</summary>
public sealed class EmbeddingGeneratorTests(SmolModel smol) : IClassFixture<SmolModel>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivesTheModelsVectors()
    {
        string[] texts = ["A cat sleeps.", "The weather is fine today."];
        using var generator = smol.Model.AsIEmbeddingGenerator();
        var result = await generator.GenerateAsync(texts, cancellationToken: Token);
        var expected = await smol.Model.EmbedAsync(texts, cancellationToken: Token);
        Assert.Equal(expected.Select(e => e.Vector.ToArray()), result.Select(e => e.Vector.ToArray()));
        Assert.Equal(expected.Sum(e => e.TokenCount), result.Usage!.InputTokenCount);
        Assert.All(result, e => Assert.Equal(smol.Model.EmbeddingLength, e.Dimensions));
        Assert.All(result, e => Assert.Equal("smol-chat-135m-Q4_1", e.ModelId));
        Assert.Empty(await generator.GenerateAsync([], cancellationToken: Token));
    }

    [Fact]
    public async Task HonoursItsOptions()
    {
        using var generator = smol.Model.AsIEmbeddingGenerator(new EmbeddingOptions { Normalize = false });
        var last = new EmbeddingOptions { Pooling = EmbeddingPooling.Last };
        var own = await generator.GenerateVectorAsync("A cat sleeps.", new EmbeddingGenerationOptions { RawRepresentationFactory = _ => last }, Token);
        Assert.Equal((await smol.Model.EmbedAsync("A cat sleeps.", last, Token)).Vector.ToArray(), own.ToArray());
        var unscaled = await generator.GenerateVectorAsync("A cat sleeps.", new EmbeddingGenerationOptions { Dimensions = smol.Model.EmbeddingLength }, Token);
        Assert.NotInRange(Norm(unscaled.Span), 0.99, 1.01);
        Assert.InRange(Norm(own.Span), 0.999, 1.001);
    }

    [Fact]
    public async Task RefusesWhatItCannotDo()
    {
        using var generator = smol.Model.AsIEmbeddingGenerator();
        foreach (var options in new EmbeddingGenerationOptions[] { new() { Dimensions = 64 }, new() { RawRepresentationFactory = _ => "" } })
            await Assert.ThrowsAsync<NotSupportedException>(() => generator.GenerateAsync(["A cat."], options, Token));
    }

    [Fact]
    public async Task WorksWithMiddleware()
    {
        var cache = new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()));
        var counting = new CountingGenerator(smol.Model.AsIEmbeddingGenerator());
        using var generator = counting.AsBuilder().UseDistributedCache(cache).UseOpenTelemetry().Build();
        var first = await generator.GenerateVectorAsync("A cat sleeps.", cancellationToken: Token);
        Assert.Equal(first.ToArray(), (await generator.GenerateVectorAsync("A cat sleeps.", cancellationToken: Token)).ToArray());
        Assert.Equal(1, counting.Calls);
    }

    [Fact]
    public async Task GivesItsServices()
    {
        var generator = smol.Model.AsIEmbeddingGenerator();
        Assert.Same(smol.Model, generator.GetService<LanguageModel>());
        Assert.Equal(smol.Model.EmbeddingLength, generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelDimensions);
        generator.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => generator.GenerateAsync(["A cat."], cancellationToken: Token));
    }

    private static double Norm(ReadOnlySpan<float> vector)
    {
        var sum = 0.0;
        foreach (var value in vector)
            sum += value * (double)value;
        return Math.Sqrt(sum);
    }

    private sealed class CountingGenerator(IEmbeddingGenerator<string, Embedding<float>> inner) : DelegatingEmbeddingGenerator<string, Embedding<float>>(inner)
    {
        public int Calls { get; private set; }

        public override Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            Calls++;
            return base.GenerateAsync(values, options, cancellationToken);
        }
    }
}
