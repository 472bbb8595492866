using Mibera.Inference.Simd;

namespace Mibera.Inference.Tests.Models;

/// <summary>Quantized KV caches through whole models: the same bits everywhere, and next to nothing lost.</summary>
public sealed class CacheTypeTests
{
    private const int Tokens = 32;

    [Theory]
    [InlineData(KvCacheType.Q8_0, KvCacheType.Q8_0)]
    [InlineData(KvCacheType.Q4_0, KvCacheType.Q4_0)]
    [InlineData(KvCacheType.Q8_0, KvCacheType.Q4_0)]
    [InlineData(KvCacheType.F16, KvCacheType.Q8_0)]
    public async Task ThreadsPiecesAndSetsDoNotMatter(KvCacheType keys, KvCacheType values)
    {
        var options = new ModelOptions { KeyCacheType = keys, ValueCacheType = values, Threads = 1, InstructionSet = InstructionSet.Portable };
        var expected = await Logits(options, Tokens);
        foreach (var set in InstructionSets.Supported)
        {
            foreach (var (threads, piece) in new[] { (2, Tokens), (3, 7) })
                Assert.Equal(expected, await Logits(options with { Threads = threads, InstructionSet = set }, piece));
        }
    }

    [Fact]
    public async Task EightBitsCostLessThanAThousandthOfThePerplexity()
    {
        var half = await Measure(KvCacheType.F16);
        var eight = await Measure(KvCacheType.Q8_0);
        Assert.InRange(eight / half, 0.999, 1.001);
    }

    private static async Task<double> Measure(KvCacheType type)
    {
        var options = new ModelOptions { KeyCacheType = type, ValueCacheType = type };
        using var model = await LanguageModel.LoadAsync(Fixtures.Path("smol/smol-chat-135m-Q4_1.gguf"), options, cancellationToken: TestContext.Current.CancellationToken);
        return Perplexity.Measure(model, File.ReadAllText(Fixtures.Path("smol/ppl.txt")), 512).Value;
    }

    private static async Task<int[]> Logits(ModelOptions options, int piece)
    {
        using var model = await LanguageModel.LoadAsync(Fixtures.Path("smol/smol-chat-135m-Q4_1.gguf"), options, cancellationToken: TestContext.Current.CancellationToken);
        var ids = Enumerable.Range(0, Tokens).Select(i => 3 + (i * 37 + i * i) % (model.VocabularySize - 3)).ToArray();
        using var session = model.CreateSession();
        foreach (var part in ids.Chunk(piece))
            session.Evaluate(part, TestContext.Current.CancellationToken);
        return [.. session.Evaluate([], TestContext.Current.CancellationToken).ToArray().Select(BitConverter.SingleToInt32Bits)];
    }
}
