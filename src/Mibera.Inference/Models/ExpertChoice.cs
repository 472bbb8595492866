using Mibera.Inference.Numerics;

namespace Mibera.Inference.Models;

/// <summary>
/// The experts of one token and their weights, by the rule that PhiMoE's sparse mixer follows at inference: the best
/// expert is weighed by a softmax over those scores s with (best - s) / max(|s|, best) &lt;= 2 * 0.01; then, with the best
/// one left out, the second likewise. The weights are not normalized again.
/// Source: <c>sparsemixer</c> of the reference implementation (SparseMixer, arXiv:2310.00811).
/// </summary>
internal readonly record struct ExpertChoice(int First, float FirstWeight, int Second, float SecondWeight)
{
    private const float Tolerance = 0.02f;
    private const int None = -1;

    /// <summary>The weight of <paramref name="expert"/>, or 0 if it was not chosen.</summary>
    public float WeightOf(int expert) => expert == First ? FirstWeight : expert == Second ? SecondWeight : 0f;

    public static ExpertChoice Of(ReadOnlySpan<float> scores, int used)
    {
        var (first, firstWeight) = Best(scores, None);
        if (used == 1)
            return new ExpertChoice(first, firstWeight, None, 0f);
        var (second, secondWeight) = Best(scores, first);
        return new ExpertChoice(first, firstWeight, second, secondWeight);
    }

    private static (int Expert, float Weight) Best(ReadOnlySpan<float> scores, int excluded)
    {
        var best = None;
        for (var i = 0; i < scores.Length; i++)
        {
            if (i != excluded && (best == None || scores[i] > scores[best]))
                best = i;
        }
        var highest = scores[best];
        var sum = 0f;
        for (var i = 0; i < scores.Length; i++)
        {
            // A NaN score fails no comparison here, so that it reaches the logits and is found there.
            if (i != excluded && !((highest - scores[i]) / MathF.Max(MathF.Abs(scores[i]), highest) > Tolerance))
                sum += PortableMath.Exp(scores[i] - highest);
        }
        return (best, 1f / sum);
    }
}
