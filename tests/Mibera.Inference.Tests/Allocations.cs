namespace Mibera.Inference.Tests;

/// <summary>Asserts that code which has warmed up allocates nothing.</summary>
internal static class Allocations
{
    private const int Attempts = 20;

    /// <summary>What a thread gets from the collector at a time. So much, less 240 bytes, was once counted for a loop that has no
    /// allocation, in none of thousands of other runs.</summary>
    private const long Quantum = 8192;

    /// <summary>
    /// None on the calling thread, while other tests may run beside it. <paramref name="attempt"/> gets its number, from zero on;
    /// what it does need not be the same each time. One quantum in one attempt is the runtime's own.
    /// </summary>
    public static void AssertNoneHere(Action<int> attempt)
    {
        var counts = new long[Attempts];
        for (var i = 0; i < Attempts; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            attempt(i);
            counts[i] = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.True(counts.Count(bytes => bytes > 0) <= 1 && counts.Max() < Quantum, $"bytes by attempt: {string.Join(", ", counts)}");
    }

    /// <summary>None on any thread, for a test that runs alone. The runtime's own threads allocate, too: the best of a few attempts,
    /// which do the same, counts.</summary>
    public static void AssertNoneAnywhere(Action attempt)
    {
        var least = long.MaxValue;
        for (var i = 0; i < Attempts && least > 0; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            attempt();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        Assert.Equal(0, least);
    }
}
