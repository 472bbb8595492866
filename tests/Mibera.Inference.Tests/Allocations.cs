namespace Mibera.Inference.Tests;

/// <summary>
/// Asserts that code which has warmed up gives the garbage collector nothing. What allocates each time is seen each time; the
/// runtime itself adds something now and then (7952 bytes once, on a thread that ran nothing else), so one attempt of several suffices.
/// </summary>
internal static class Allocations
{
    private const int Attempts = 20;

    /// <summary>None on the calling thread; other tests may run beside it.</summary>
    public static void AssertNoneHere(Action repeatable) => AssertNone(GC.GetAllocatedBytesForCurrentThread, repeatable);

    /// <summary>None on any thread: for a test that runs alone.</summary>
    public static void AssertNoneAnywhere(Action repeatable) => AssertNone(static () => GC.GetTotalAllocatedBytes(precise: true), repeatable);

    private static void AssertNone(Func<long> allocated, Action repeatable)
    {
        var least = long.MaxValue;
        for (var attempt = 0; attempt < Attempts && least > 0; attempt++)
        {
            var before = allocated();
            repeatable();
            least = Math.Min(least, allocated() - before);
        }
        Assert.Equal(0, least);
    }
}
