using Mibera.Inference.Sampling;

namespace Mibera.Inference.Tests.Sampling;

/// <summary>Each step alone, with and without the candidates in order before it, against a plain sort of everything.</summary>
public sealed class TruncationTests
{
    private const int Vocabulary = 5000;

    // Multiples of 1/8 in [-8, 8): many ties.
    private static readonly float[] Logits = [.. Enumerable.Range(0, Vocabulary).Select(i => ((i * 7919 % 128) - 64) / 8f)];

    private static readonly int[] Sorted = [.. Enumerable.Range(0, Vocabulary).OrderByDescending(id => Logits[id]).ThenBy(id => id)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(40)]
    [InlineData(4999)]
    public void TopKTakesTheLikeliestInOrder(int k)
    {
        var candidates = new CandidateList(k);
        candidates.FillWithBest(Logits, k);
        Assert.Equal(Sorted.Take(k), Ids(candidates));
    }

    [Fact]
    public void TopKNeverTakesForbiddenTokens()
    {
        var candidates = new CandidateList(3);
        candidates.FillWithBest([float.NegativeInfinity, 1f, float.NegativeInfinity, 2f, float.NegativeInfinity], 3);
        Assert.Equal([3, 1], Ids(candidates));
        candidates.FillWithBest([float.NegativeInfinity, float.NegativeInfinity], 1);
        Assert.Equal(0, candidates.Count);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.1f)]
    [InlineData(0.5f)]
    [InlineData(0.95f)]
    [InlineData(0.9999f)]
    [InlineData(1f)]
    public void TopPKeepsTheLikeliest(float p)
    {
        double sum = Logits.Sum(logit => Math.Exp(logit - 8.0)), reached = 0;
        var expected = p == 1 ? Sorted : [.. Sorted.TakeWhile((id, i) =>
        {
            bool isKept = i == 0 || reached < p * sum;
            reached += Math.Exp(Logits[id] - 8.0);
            return isKept;
        })];
        Assert.Equal(p == 1 ? expected.Order() : expected, Ids(All(), candidates => Truncation.TopP(candidates, p)));
        Assert.Equal(expected, Ids(InOrder(), candidates => Truncation.TopP(candidates, p)));
    }

    [Theory]
    [InlineData(0.05f)]
    [InlineData(0.5f)]
    [InlineData(1f)]
    public void MinPKeepsAShareOfTheBest(float p)
    {
        var expected = Sorted.Where(id => Math.Exp(Logits[id] - Logits[Sorted[0]]) >= p * (1 - 1e-12)).ToArray();
        Assert.Equal(expected.Order(), Ids(All(), candidates => Truncation.MinP(candidates, p)));
        Assert.Equal(expected, Ids(InOrder(), candidates => Truncation.MinP(candidates, p)));
    }

    /// <summary>The cases of llama.cpp's own tests.</summary>
    [Theory]
    [InlineData(new[] { 0.97f, 0.01f, 0.01f, 0.01f }, 0.5f, new[] { 0 })]
    [InlineData(new[] { 0.4f, 0.2f, 0.2f, 0.2f }, 0.5f, new[] { 1, 2, 3 })]
    public void TypicalKeepsExpectedInformation(float[] probabilities, float p, int[] expected)
    {
        var candidates = new CandidateList(4);
        candidates.FillWithAll([.. probabilities.Select(probability => MathF.Log(probability))]);
        Truncation.TypicalP(candidates, p);
        Assert.Equal(expected, Ids(candidates));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.3f)]
    [InlineData(0.9f)]
    public void TypicalDoesNotDependOnTheOrderBefore(float p) =>
        Assert.Equal(Ids(All(), candidates => Truncation.TypicalP(candidates, p)), Ids(InOrder(), candidates => Truncation.TypicalP(candidates, p)));

    private static CandidateList All()
    {
        var candidates = new CandidateList(Vocabulary);
        candidates.FillWithAll(Logits);
        return candidates;
    }

    private static CandidateList InOrder()
    {
        var candidates = new CandidateList(Vocabulary);
        candidates.FillWithBest(Logits, Vocabulary);
        return candidates;
    }

    private static int[] Ids(CandidateList candidates, Action<CandidateList> step)
    {
        step(candidates);
        return Ids(candidates);
    }

    private static int[] Ids(CandidateList candidates)
    {
        List<int> ids = [];
        foreach (var candidate in candidates.Items) ids.Add(candidate.Id);
        return [.. ids];
    }
}
