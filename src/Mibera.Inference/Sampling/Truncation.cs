using Mibera.Inference.Numerics;

namespace Mibera.Inference.Sampling;

/// <summary>The steps that drop unlikely candidates.</summary>
internal static class Truncation
{
    /// <summary>Keeps the likeliest candidates until they reach a probability (Holtzman et al., "The Curious Case of Neural Text
    /// Degeneration", 2020).</summary>
    public static void TopP(CandidateList candidates, float probability)
    {
        if (probability >= 1) return;
        var (sum, largest) = candidates.Softmax();
        double wanted = probability * sum, reached = 0;
        bool isSorted = candidates.IsSorted;
        if (!isSorted)
        {
            // Candidates that have less than an equal share of what is to be dropped cannot matter, not even all together. Half of that
            // share is safe from rounding. Of a vocabulary a few hundred tokens remain.
            candidates.KeepFrom(largest + PortableMath.Log((1.0 - probability) * sum / (2 * candidates.Count)));
            CandidateHeap<BestFirst>.Build(candidates.Items);
        }

        var items = candidates.Items;
        for (int kept = 1; kept <= items.Length; kept++)
        {
            // Unsorted, the next best is the root; it moves to the end, where those before it are.
            if (!isSorted) CandidateHeap<BestFirst>.MoveRootToEnd(items[..^(kept - 1)]);
            reached += CandidateList.Weight(items[isSorted ? kept - 1 : ^kept], largest);
            if (reached < wanted && kept < items.Length) continue;
            if (isSorted) candidates.KeepFirst(kept);
            else candidates.KeepLastReversed(kept, isSorted: true);
            return;
        }
    }

    /// <summary>Keeps candidates that are at least a fraction as probable as the likeliest.</summary>
    public static void MinP(CandidateList candidates, float fraction)
    {
        // The likeliest itself always passes: Log is not above 0 for fractions up to 1.
        if (fraction > 0) candidates.KeepFrom(candidates.Largest() + PortableMath.Log((double)fraction));
    }

    /// <summary>Keeps the candidates whose information -ln p is nearest to its expectation until they exceed a probability (Meister et al.,
    /// "Locally Typical Sampling", 2022).</summary>
    public static void TypicalP(CandidateList candidates, float probability)
    {
        if (probability >= 1) return;
        var (sum, largest) = candidates.Softmax();
        double offset = largest + PortableMath.Log(sum), entropy = 0;
        var items = candidates.Items;
        foreach (ref readonly var candidate in items) entropy += (offset - candidate.Logit) * PortableMath.Exp(candidate.Logit - offset);
        foreach (ref var candidate in items) candidate = candidate with { Key = Math.Abs(offset - candidate.Logit - entropy) };
        CandidateHeap<LowestKeyFirst>.Build(items);
        double reached = 0;
        int kept = 0;
        do
        {
            CandidateHeap<LowestKeyFirst>.MoveRootToEnd(items[..^kept]);
            kept++;
            reached += PortableMath.Exp(items[^kept].Logit - offset);
        }
        while (reached <= probability && kept < items.Length);
        candidates.KeepLastReversed(kept, isSorted: false);
    }
}
