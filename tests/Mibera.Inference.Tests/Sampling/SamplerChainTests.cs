using Mibera.Inference.Sampling;

namespace Mibera.Inference.Tests.Sampling;

public sealed class SamplerChainTests
{
    private static readonly SamplingOptions Plain = new() { Temperature = 1f, TopK = 0, TopP = 1f, MinP = 0f, Seed = 1 };

    // Probabilities 0.5, 0.25, 0.125, 0.125 in a shuffled order.
    private static readonly float[] Logits = [MathF.Log(0.125f), MathF.Log(0.5f), MathF.Log(0.125f), MathF.Log(0.25f)];

    [Fact]
    public void GreedyTakesTheLowestOfEqualIds()
    {
        var chain = new SamplerChain(Plain with { Temperature = 0f }, 5);
        Assert.Equal(1, chain.Sample([0f, 3f, 1f, 3f, -1f], []));
        Assert.Equal(3f - MathF.Log(MathF.Exp(0) + 2 * MathF.Exp(3) + MathF.Exp(1) + MathF.Exp(-1)), chain.LastLogProbability, 1e-6f);
    }

    [Fact]
    public void DrawsFollowTheProbabilities()
    {
        var counts = Draw(Plain, 20000);
        Assert.Equal(0.5, counts[1] / 20000.0, 0.02);
        Assert.Equal(0.25, counts[3] / 20000.0, 0.02);
        Assert.Equal(0.125, counts[0] / 20000.0, 0.02);
    }

    [Fact]
    public void TemperatureSharpens()
    {
        // Squared and normalized: 0.25, 0.0625, 2 x 0.015625 of 0.34375.
        var counts = Draw(Plain with { Temperature = 0.5f }, 20000);
        Assert.Equal(0.727, counts[1] / 20000.0, 0.02);
    }

    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(2, new[] { 1, 3 })]
    [InlineData(3, new[] { 0, 1, 3 })]
    [InlineData(100, new[] { 0, 1, 2, 3 })]
    public void TopKKeepsTheLargestAndOfEqualOnesTheFirst(int k, int[] kept) => Assert.Equal(kept, Kept(Plain with { TopK = k }));

    [Theory]
    [InlineData(0f, new[] { 1 })]
    [InlineData(0.49f, new[] { 1 })]
    [InlineData(0.6f, new[] { 1, 3 })]
    [InlineData(0.8f, new[] { 0, 1, 3 })]
    public void TopPKeepsTheFewestThatReachIt(float p, int[] kept) => Assert.Equal(kept, Kept(Plain with { TopP = p }));

    [Theory]
    [InlineData(0.3f, new[] { 1, 3 })]
    [InlineData(0.6f, new[] { 1 })]
    [InlineData(0.2f, new[] { 0, 1, 2, 3 })]
    public void MinPIsAShareOfTheBest(float p, int[] kept) => Assert.Equal(kept, Kept(Plain with { MinP = p }));

    [Fact]
    public void TypicalKeepsTheNearestToTheEntropy() =>
        // Entropy 1.213 nats; information 0.693, 1.386, 2.079, 2.079: token 3 is nearest, then 1.
        Assert.Equal([1, 3], Kept(Plain with { TypicalP = 0.5f }));

    [Fact]
    public void PenaltiesWorkOnRecentTokens()
    {
        var options = Plain with { Temperature = 0f, RepeatPenalty = 2f, RepeatLastN = 2 };
        Assert.Equal(1, new SamplerChain(options, 3).Sample([1.9f, 2f, -1f], [1, 0, 0]));
        Assert.Equal(0, new SamplerChain(options, 3).Sample([1.9f, 2f, -1f], [0, 1, 1]));
        var frequency = Plain with { Temperature = 0f, FrequencyPenalty = 0.3f };
        Assert.Equal(0, new SamplerChain(frequency, 2).Sample([1.6f, 2f], [1, 1]));
        Assert.Equal(1, new SamplerChain(frequency, 2).Sample([1.6f, 2f], [1]));
        var presence = Plain with { Temperature = 0f, PresencePenalty = 0.3f };
        Assert.Equal(1, new SamplerChain(presence, 2).Sample([1.6f, 2f], [1, 1]));
    }

    [Fact]
    public void BiasBans() => Assert.Equal(
        3, new SamplerChain(Plain with { Temperature = 0f, LogitBias = new Dictionary<int, float> { [1] = float.NegativeInfinity } }, 4).Sample(Logits, []));

    [Fact]
    public void ProcessorsSeeTheTokens()
    {
        var chain = new SamplerChain(Plain with { Temperature = 0f, LogitsProcessors = [new Forbid()] }, 4);
        Assert.Equal(1, chain.Sample(Logits, []));
        Assert.Equal(3, chain.Sample(Logits, [1]));
    }

    [Fact]
    public void ASeedReproduces()
    {
        var first = Sequence(Plain with { Seed = 42 });
        Assert.Equal(first, Sequence(Plain with { Seed = 42 }));
        Assert.NotEqual(first, Sequence(Plain with { Seed = 43 }));
        Assert.NotEqual(Sequence(Plain with { Seed = null }), Sequence(Plain with { Seed = null }));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void NonFiniteLogitsAreAnError(float bad) =>
        Assert.Throws<NonFiniteLogitsException>(() => new SamplerChain(Plain, 20).Sample([.. Enumerable.Repeat(0f, 19), bad], []));

    [Fact]
    public void ImpossibleOptionsAreRefused()
    {
        foreach (var options in new[]
        {
            Plain with { Temperature = float.NaN }, Plain with { Temperature = -1f }, Plain with { TopK = -1 }, Plain with { TopP = 1.1f },
            Plain with { MinP = float.NaN }, Plain with { TypicalP = -0.1f }, Plain with { RepeatPenalty = 0f }, Plain with { RepeatLastN = -2 },
            Plain with { LogitBias = new Dictionary<int, float> { [0] = float.NaN } },
        })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new SamplerChain(options, 4));
        }
    }

    [Fact]
    public void SamplingAllocatesNothing()
    {
        var chain = new SamplerChain(new SamplingOptions { Seed = 1, RepeatPenalty = 1.1f, TypicalP = 0.9f }, 1000);
        var logits = Enumerable.Range(0, 1000).Select(i => MathF.Sin(i)).ToArray();
        var history = Enumerable.Range(0, 64).ToArray();
        for (var i = 0; i < 10; i++)
            chain.Sample(logits, history);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
            chain.Sample(logits, history);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static int[] Draw(SamplingOptions options, int count)
    {
        var chain = new SamplerChain(options, 4);
        var counts = new int[4];
        for (var i = 0; i < count; i++)
            counts[chain.Sample(Logits, [])]++;
        return counts;
    }

    private static int[] Kept(SamplingOptions options) => [.. Draw(options, 2000).Index().Where(c => c.Item > 0).Select(c => c.Index)];

    private static int[] Sequence(SamplingOptions options)
    {
        var chain = new SamplerChain(options, 4);
        return [.. Enumerable.Range(0, 50).Select(_ => chain.Sample(Logits, []))];
    }

    private sealed class Forbid : ILogitsProcessor
    {
        public void Process(ReadOnlySpan<int> tokens, Span<float> logits)
        {
            foreach (var token in tokens)
                logits[token] = float.NegativeInfinity;
        }
    }
}
