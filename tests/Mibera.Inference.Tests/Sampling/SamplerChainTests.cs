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
    public void BothZerosAreEqual() =>
        Assert.Equal(1, new SamplerChain(Plain with { Temperature = 0f }, 4).Sample([-1f, -0f, 0f, -2f], []));

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
            Plain with { LogitBias = new Dictionary<int, float> { [0] = float.NaN } }, Plain with { LogitBias = new Dictionary<int, float> { [4] = 1f } },
            Plain with { LogitBias = new Dictionary<int, float> { [-1] = 1f } }, Plain with { Temperature = float.PositiveInfinity },
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
        Allocations.AssertNoneHere(_ =>
        {
            for (var i = 0; i < 10; i++)
                chain.Sample(logits, history);
        });
    }

    /// <summary>Sequences of an independent implementation (in double precision): the same seed, the same tokens, on every machine.</summary>
    [Fact]
    public void SequencesAreTheSameEverywhere()
    {
        var seeded = new SamplingOptions { Seed = 42 };
        Assert.Equal([309, 210, 198, 704, 988, 99, 284, 420, 926, 235, 778, 951], LongSequence(seeded));
        Assert.Equal([322, 420, 286, 260, 717, 124, 247, 766, 852, 125, 161, 211], LongSequence(seeded with { TopK = 0 }));
        Assert.Equal(
            [630, 359, 704, 495, 951, 519, 939, 198, 754, 346, 840, 309],
            LongSequence(seeded with { TopK = 0, TypicalP = 0.5f, TopP = 1f, MinP = 0f }));
        Assert.Equal([25, 852, 951, 62, 25, 99, 247, 99, 889, 309, 778, 346], LongSequence(seeded with { TypicalP = 0.7f }));
        Assert.Equal(
            [309, 210, 840, 25, 951, 420, 284, 62, 247, 840, 741, 914],
            LongSequence(seeded with { RepeatPenalty = 1.5f, FrequencyPenalty = 0.25f, PresencePenalty = 0.5f, RepeatLastN = 5 }));
        Assert.Equal([816, 321, 978, 704, 794, 593, 136, 605, 211, 928, 559, 852], LongSequence(seeded with { TopK = 0, TopP = 1f, MinP = 0f, Temperature = 2f }));
    }

    /// <summary>Top-k goes before top-p: of two tokens left, the likelier has 2/3, which reaches 0.6; of all four it has only 1/2.</summary>
    [Fact]
    public void StepsRunInOrder()
    {
        Assert.Equal([1], Kept(Plain with { TopK = 2, TopP = 0.6f }));
        // Before min-p and after typical, which drops the likeliest of these: entropy 1.33, information 0.92 and 1.61.
        var options = Plain with { TypicalP = 0.5f, MinP = 0.9f };
        float[] logits = [MathF.Log(0.4f), MathF.Log(0.2f), MathF.Log(0.2f), MathF.Log(0.2f)];
        var chain = new SamplerChain(options, 4);
        Assert.DoesNotContain(0, Enumerable.Range(0, 200).Select(_ => chain.Sample(logits, [])));
    }

    [Fact]
    public void TinyTemperaturesTakeTheBest()
    {
        float[] logits = [1e30f, 2e30f, -3e38f];
        Assert.Equal(1, new SamplerChain(Plain with { Temperature = float.Epsilon }, 3).Sample(logits, []));
        Assert.Equal(0f, LogProbabilities.Of(logits, 1));
    }

    [Fact]
    public void OneTokenIsEnough() => Assert.Equal(0, new SamplerChain(new SamplingOptions { TypicalP = 0.5f }, 1).Sample([-5f], [0]));

    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    public void WithEverythingForbiddenNothingIsChosen(float temperature)
    {
        var options = Plain with { Temperature = temperature, LogitsProcessors = [new Forbid()] };
        var error = Assert.Throws<NonFiniteLogitsException>(() => new SamplerChain(options, 2).Sample([1f, 2f], [0, 1]));
        Assert.Null(error.TokenId);
        Assert.Equal(0, new SamplerChain(options, 2).Sample([1f, 2f], [1]));
    }

    [Theory]
    [InlineData(0f, float.NaN)]
    [InlineData(1f, float.NaN)]
    [InlineData(0f, float.PositiveInfinity)]
    [InlineData(1f, float.PositiveInfinity)]
    public void ProcessorsMustLeaveNumbers(float temperature, float value)
    {
        var options = Plain with { Temperature = temperature, TopK = 2, LogitsProcessors = [new Overwrite(value)] };
        var error = Assert.Throws<NonFiniteLogitsException>(() => new SamplerChain(options, 4).Sample(Logits, []));
        Assert.Equal(0, error.TokenId);
    }

    [Fact]
    public void ModelsMayNotForbid()
    {
        var error = Assert.Throws<NonFiniteLogitsException>(() => new SamplerChain(Plain, 3).Sample([0f, 1f, float.NegativeInfinity], []));
        Assert.Equal(2, error.TokenId);
    }

    [Fact]
    public void ForeignIdsAreHarmless()
    {
        var options = Plain with { Temperature = 0f, PresencePenalty = 5f, RepeatLastN = -1 };
        Assert.Equal(2, new SamplerChain(options, 3).Sample([1f, 3f, 2f], [1, 7, -1, int.MaxValue, 1]));
    }

    [Fact]
    public void TheLogitsStayAsTheyAre()
    {
        float[] logits = [1f, 2f, 3f];
        var options = Plain with { RepeatPenalty = 2f, LogitBias = new Dictionary<int, float> { [0] = 5f }, LogitsProcessors = [new Forbid()] };
        var chain = new SamplerChain(options, 3);
        int token = chain.Sample(logits, [2]);
        Assert.Equal([1f, 2f, 3f], logits);
        Assert.Equal(logits[token] - MathF.Log(MathF.Exp(1) + MathF.Exp(2) + MathF.Exp(3)), chain.LastLogProbability, 1e-6f);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(1003)]
    [InlineData(200_064)]
    public void LogProbabilitiesAreExact(int vocabulary)
    {
        var logits = Enumerable.Range(0, vocabulary).Select(i => (i * 7919L % 4001 / 100f) - 20).ToArray();
        double largest = logits.Max();
        double expected = logits[vocabulary / 2] - largest - Math.Log(logits.Sum(logit => Math.Exp(logit - largest)));
        Assert.Equal((float)expected, LogProbabilities.Of(logits, vocabulary / 2), 2e-6f);
    }

    [Fact]
    public void TheChosenSeedIsTold()
    {
        var chain = new SamplerChain(Plain with { Seed = null }, 4);
        var first = Enumerable.Range(0, 50).Select(_ => chain.Sample(Logits, [])).ToArray();
        Assert.Equal(first, Sequence(Plain with { Seed = chain.Seed }));
    }

    private static int[] LongSequence(SamplingOptions options)
    {
        var logits = Enumerable.Range(0, 1000).Select(i => (i * 7919 % 1000 / 64f) - 4).ToArray();
        var chain = new SamplerChain(options, logits.Length);
        List<int> tokens = [7];
        for (int i = 0; i < 12; i++) tokens.Add(chain.Sample(logits, tokens.ToArray()));
        return [.. tokens.Skip(1)];
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

    private sealed class Overwrite(float value) : ILogitsProcessor
    {
        public void Process(ReadOnlySpan<int> tokens, Span<float> logits) => logits[0] = value;
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
