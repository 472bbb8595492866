namespace Mibera.Inference.Sampling;

/// <summary>
/// A binary heap over a span of candidates, the first of <typeparamref name="TOrder"/> at its root. A vocabulary has up to 200,000 tokens and
/// sampling looks at a few dozen: a heap finds them without sorting the rest.
/// </summary>
internal static class CandidateHeap<TOrder>
    where TOrder : ICandidateOrder
{
    /// <summary>Makes any span a heap, in linear time.</summary>
    public static void Build(Span<Candidate> heap)
    {
        for (int i = (heap.Length / 2) - 1; i >= 0; i--) Sink(heap, i);
    }

    /// <summary>Puts a candidate in the place of the root.</summary>
    public static void ReplaceRoot(Span<Candidate> heap, Candidate candidate)
    {
        heap[0] = candidate;
        Sink(heap, 0);
    }

    /// <summary>Moves the root to the end of the span; the rest of it is a heap again.</summary>
    public static void MoveRootToEnd(Span<Candidate> heap)
    {
        (heap[0], heap[^1]) = (heap[^1], heap[0]);
        Sink(heap[..^1], 0);
    }

    /// <summary>Sorts a heap, the last of the order first.</summary>
    public static void SortBackwards(Span<Candidate> heap)
    {
        for (; heap.Length > 1; heap = heap[..^1]) MoveRootToEnd(heap);
    }

    private static void Sink(Span<Candidate> heap, int at)
    {
        for (int child; (child = (2 * at) + 1) < heap.Length; at = child)
        {
            if (child + 1 < heap.Length && TOrder.Precedes(heap[child + 1], heap[child])) child++;
            if (!TOrder.Precedes(heap[child], heap[at])) return;
            (heap[at], heap[child]) = (heap[child], heap[at]);
        }
    }
}
