using Mibera.Inference.Numerics;

namespace Mibera.Inference.Sampling;

/// <summary>The tokens still in question. Never empty once filled: each step keeps one at least.</summary>
/// <remarks>Probabilities are sums of doubles in the list's order, so they have the same bits everywhere.</remarks>
/// <param name="capacity">The most candidates there will be.</param>
internal sealed class CandidateList(int capacity)
{
    private readonly Candidate[] _items = new Candidate[capacity];

    public int Count { get; private set; }

    /// <summary>Whether the likeliest candidates come first.</summary>
    public bool IsSorted { get; private set; }

    public Span<Candidate> Items => _items.AsSpan(0, Count);

    /// <summary>Takes every token but the forbidden ones (logit negative infinity), in the order of their ids.</summary>
    public void FillWithAll(ReadOnlySpan<float> logits)
    {
        Count = 0;
        IsSorted = false;
        for (int id = 0; id < logits.Length; id++)
        {
            if (logits[id] > float.NegativeInfinity) _items[Count++] = new Candidate(id, logits[id]);
        }
    }

    /// <summary>Takes the <paramref name="count"/> likeliest tokens, sorted; of equals the lower ids. Forbidden ones are never taken.</summary>
    public void FillWithBest(ReadOnlySpan<float> logits, int count)
    {
        var heap = _items.AsSpan(0, count);
        int id = 0;
        for (Count = 0; id < logits.Length && Count < count; id++)
        {
            if (logits[id] > float.NegativeInfinity) heap[Count++] = new Candidate(id, logits[id]);
        }

        heap = heap[..Count];
        CandidateHeap<WorstFirst>.Build(heap);
        for (; id < logits.Length; id++)
        {
            // Ids ascend, so of equal logits the one in the heap stays.
            if (logits[id] > heap[0].Logit) CandidateHeap<WorstFirst>.ReplaceRoot(heap, new Candidate(id, logits[id]));
        }

        CandidateHeap<WorstFirst>.SortBackwards(heap);
        IsSorted = true;
    }

    /// <summary>The sum of e^(logit - largest) over all candidates, and the largest logit.</summary>
    public (double Sum, float Largest) Softmax()
    {
        float largest = Largest();
        double sum = 0;
        foreach (ref readonly var candidate in Items) sum += Weight(candidate, largest);
        return (sum, largest);
    }

    /// <summary>e^(logit - largest), to which the probability is proportional.</summary>
    public static double Weight(Candidate candidate, float largest) => PortableMath.Exp(candidate.Logit - largest);

    public float Largest()
    {
        float largest = _items[0].Logit;
        if (IsSorted) return largest;
        foreach (ref readonly var candidate in Items) largest = candidate.Logit > largest ? candidate.Logit : largest;
        return largest;
    }

    /// <summary>Keeps the first candidates.</summary>
    public void KeepFirst(int count) => Count = count;

    /// <summary>Keeps the last candidates, as steps leave them that take them off a heap, in reversed order.</summary>
    /// <param name="count">How many.</param>
    /// <param name="isSorted">Whether the likeliest come first then.</param>
    public void KeepLastReversed(int count, bool isSorted)
    {
        var kept = Items[^count..];
        kept.Reverse();
        kept.CopyTo(_items);
        Count = count;
        IsSorted = isSorted;
    }

    /// <summary>Keeps candidates of at least this logit, in their order.</summary>
    public void KeepFrom(double lowestLogit)
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            if (_items[i].Logit >= lowestLogit) _items[kept++] = _items[i];
        }

        Count = kept;
    }
}
