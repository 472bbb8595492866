using Mibera.Inference.Gguf;
using Mibera.Inference.Memory;
using Mibera.Inference.Models.Profiles;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Tests.Memory;

/// <summary>A model that sees 16 positions back keeps no more than a micro-batch needs, and gives the bits of a cache of all.</summary>
public sealed class SlidingWindowTests
{
    private const string Windowed = "hf/phi3-window.gguf";
    private const int Tokens = 300;

    private static readonly ModelOptions Small = new() { Threads = 2, ContextLength = 320, BatchSize = 40, MicroBatchSize = 8 };
    private static readonly ModelOptions Whole = Small with { BatchSize = 320, MicroBatchSize = 320 };

    [Fact]
    public async Task TheCacheIsARing()
    {
        using var small = await Load(Small);
        using var whole = await Load(Whole);
        // 15 before the first of 8, and a group of 32 that may be seen in part: two groups against ten.
        Assert.Equal(whole.MemoryPlan.KvCache.Bytes, small.MemoryPlan.KvCache.Bytes * 5);
    }

    [Theory]
    [InlineData(KvCacheType.F32)]
    [InlineData(KvCacheType.F16)]
    [InlineData(KvCacheType.Q8_0)]
    [InlineData(KvCacheType.Q4_0)]
    public async Task TheBitsAreThoseOfACacheOfAllPositions(KvCacheType type)
    {
        using var small = await Load(Small with { KeyCacheType = type });
        using var whole = await Load(Whole with { KeyCacheType = type });
        foreach (var piece in new[] { 1, 7, Tokens })
            Assert.Equal(Logits(whole, Tokens), Logits(small, piece));
    }

    [Theory]
    [InlineData(299, 0)]
    [InlineData(280, 0)]
    [InlineData(260, 1)]
    [InlineData(16, 1)]
    [InlineData(0, 0)]
    public async Task WhatTheRingHasLostIsComputedAnew(int position, int recomputations)
    {
        using var model = await Load(Small);
        var expected = Logits(model, Tokens);
        using var session = model.CreateSession();
        session.Evaluate(Ids(model));
        session.Truncate(position);
        Assert.Equal(expected, session.Evaluate(Ids(model)[position..]).ToArray());
        Assert.Equal(recomputations, session.Statistics.Recomputations);
    }

    [Fact]
    public unsafe void WritesThatWereNeverCommittedTakePlacesToo()
    {
        using var cache = new KvCache(2, 1, 32, positions: 64);
        var rows = new float[32 * 128];
        fixed (float* values = rows)
        {
            cache.Write(0, 0, 64, values, values, 32, WorkerPool.Inline);
            cache.Commit(64);
            Assert.Equal(0, cache.FirstHeld);
            cache.Write(0, 64, 33, values, values, 32, WorkerPool.Inline);
            Assert.Equal((64, 64), (cache.Length, cache.FirstHeld));
            cache.Truncate(10);
            Assert.Equal(64, cache.FirstHeld);
            cache.Truncate(0);
            Assert.Equal(0, cache.FirstHeld);
        }
    }

    [Fact]
    public void ModelsPublishedWithAWindowShorterThanTheirContext() => Assert.Equal(
        ["Phi-3-medium-4k", "Phi-3-mini-4k", "Phi-mini-MoE", "Phi-tiny-MoE"],
        ProfileTable.All.Where(p => p.SlidingWindow > 0).Select(p => p.Name).Order(StringComparer.Ordinal));

    private static Task<LanguageModel> Load(ModelOptions options) =>
        LanguageModel.LoadAsync(Fixtures.Path(Windowed), options with { MetadataOverrides = LongContext }, cancellationToken: TestContext.Current.CancellationToken);

    private static Dictionary<string, GgufValue> LongContext => new() { ["phi3.context_length"] = GgufValue.From(512u) };

    private static float[] Logits(LanguageModel model, int piece)
    {
        using var session = model.CreateSession();
        foreach (var part in Ids(model).Chunk(piece))
            session.Evaluate(part);
        return session.Evaluate([]).ToArray();
    }

    private static int[] Ids(LanguageModel model) => [.. Enumerable.Range(0, Tokens).Select(i => 3 + (i * 37 + i * i) % (model.VocabularySize - 3))];
}
