namespace Mibera.Inference.Threading;

/// <summary>
/// The items of a loop, a share of adjacent ones for each worker. A worker goes through its own share in order, so that what
/// prefetchers load behind a chunk is what it reads next, and then helps with the shares of others.
/// </summary>
internal sealed class WorkShares(int workers)
{
    // A cache line for each counter, and one for its neighbour's that the processor fetches with it.
    private const int Spacing = 128 / sizeof(long);

    private readonly long[] _next = new long[(workers + 1) * Spacing];
    private long _count;
    private int _grain;

    /// <summary>Begins with <paramref name="count"/> items, taken <paramref name="grain"/> at a time. No worker is at it yet.</summary>
    public void Reset(int count, int grain)
    {
        (_count, _grain) = (count, grain);
        for (var share = 0; share < workers; share++)
            Next(share) = Begin(share);
    }

    /// <summary>Leaves the rest of the items undone.</summary>
    public void Stop()
    {
        for (var share = 0; share < workers; share++)
            Interlocked.Exchange(ref Next(share), _count);
    }

    /// <summary>Takes the next items for a worker that is at <paramref name="share"/>, its own to begin with.</summary>
    public bool TryTake(int worker, ref int share, out int begin, out int end)
    {
        for (; share < worker + workers; share++)
        {
            var shareEnd = Begin(share % workers + 1);
            // Read first: a share that is used up is looked at by everybody, and need not be written to.
            if (Volatile.Read(ref Next(share % workers)) >= shareEnd)
                continue;
            var first = Interlocked.Add(ref Next(share % workers), _grain) - _grain;
            if (first >= shareEnd)
                continue;
            (begin, end) = ((int)first, (int)Math.Min(first + _grain, shareEnd));
            return true;
        }
        (begin, end) = (0, 0);
        return false;
    }

    private ref long Next(int share) => ref _next[(share + 1) * Spacing];

    private long Begin(int share) => _count * share / workers;
}
