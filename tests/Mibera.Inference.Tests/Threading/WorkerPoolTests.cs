using System.Globalization;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Tests.Threading;

public class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    public void EveryItemRunsOnce(int threads)
    {
        using var pool = new WorkerPool(threads);
        for (var round = 0; round < 2000; round++)
        {
            var (count, grain) = (round % 67, 1 + round % 5);
            var body = new CountBody { Hits = new int[count] };
            pool.Run(ref body, count, grain);
            Assert.All(body.Hits, hits => Assert.Equal(1, hits));
        }
    }

    [Fact]
    public void LoopsRightAfterASleepRunToo()
    {
        using var pool = new WorkerPool(3);
        for (var pause = 0; pause < 12; pause++)
        {
            var body = new CountBody { Hits = new int[500] };
            pool.Run(ref body, 500, 1);
            Assert.All(body.Hits, hits => Assert.Equal(1, hits));
            Thread.Sleep(pause);
        }
    }

    [Fact]
    public void LoopsOfDifferentCallersDoNotMix()
    {
        using var pool = new WorkerPool(3);
        var current = new int[1];
        Parallel.For(0, 6, new ParallelOptions { MaxDegreeOfParallelism = 6 }, caller =>
        {
            for (var round = 0; round < 500; round++)
            {
                var body = new AloneBody { Hits = new int[40], Id = caller, Current = current };
                pool.Run(ref body, 40, 3);
                Assert.All(body.Hits, hits => Assert.Equal(1, hits));
            }
        });
    }

    [Fact]
    public void TurnsComeInTheOrderOfArrival()
    {
        var turns = new TurnQueue();
        var order = new List<int>();
        turns.Enter();
        var waiting = Enumerable.Range(0, 5).Select(number => new Thread(() =>
        {
            turns.Enter();
            order.Add(number);
            turns.Leave();
        })).ToArray();
        foreach (var thread in waiting)
        {
            thread.Start();
            while (thread.ThreadState != ThreadState.WaitSleepJoin)
                Thread.Sleep(1);
        }
        turns.Leave();
        foreach (var thread in waiting)
            thread.Join();
        Assert.Equal([0, 1, 2, 3, 4], order);
    }

    [Fact]
    public void TheBodyIsSharedAndComesBack()
    {
        using var pool = new WorkerPool(4);
        var body = new SumBody();
        pool.Run(ref body, 1000, 7);
        Assert.Equal(999 * 1000 / 2, body.Sum);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void AnExceptionKeepsItsTypeAndEndsTheLoop(int threads)
    {
        using var pool = new WorkerPool(threads);
        for (var round = 0; round < 50; round++)
        {
            var failing = new ThrowBody { At = round };
            var error = Assert.Throws<InvalidDataException>(() => pool.Run(ref failing, 50, 1));
            Assert.Equal(round.ToString(CultureInfo.InvariantCulture), error.Message);
            Assert.Contains(nameof(ThrowBody), error.StackTrace, StringComparison.Ordinal);
            var body = new CountBody { Hits = new int[50] };
            pool.Run(ref body, 50, 1);
            Assert.All(body.Hits, hits => Assert.Equal(1, hits));
        }
    }

    [Fact]
    public void LoopsInsideALoopRunOnTheirWorker()
    {
        using var pool = new WorkerPool(3);
        var body = new NestedBody { Pool = pool, Sums = new int[20], WorkersSeen = new int[20] };
        pool.Run(ref body, 20, 1);
        Assert.All(body.Sums, sum => Assert.Equal(10, sum));
        Assert.DoesNotContain(body.WorkersSeen, worker => worker != 0);
    }

    [Fact]
    public void ALoopAllocatesNothing()
    {
        using var pool = new WorkerPool(2);
        var body = new CountBody { Hits = new int[64] };
        for (var i = 0; i < 100; i++)
            pool.Run(ref body, 64, 1);
        Allocations.AssertNoneHere(_ =>
        {
            for (var i = 0; i < 1000; i++)
                pool.Run(ref body, 64, 1);
        });
    }

    [Fact]
    public void IdleWorkersUseNoProcessor()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processor times of single threads are read from /proc.");
        using var pool = new WorkerPool(2);
        var body = new ThreadIdBody { Stat = new string[2] };
        for (var i = 0; i < 1000 && body.Stat[1] is null; i++)
            pool.Run(ref body, 64, 1);
        Assert.SkipWhen(body.Stat[1] is null, "The second worker got no item.");
        // A worker that other processes keep from its processor has not spun to the end yet: the best of a few times counts.
        var least = long.MaxValue;
        for (var attempt = 0; attempt < 10 && least > 1; attempt++)
        {
            Thread.Sleep(50);
            var before = Ticks(body.Stat[1]);
            Thread.Sleep(300);
            least = Math.Min(least, Ticks(body.Stat[1]) - before);
        }
        Assert.InRange(least, 0, 1);
    }

    [Fact]
    public void ImpossibleCountsAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerPool(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerPool(40_000));
    }

    /// <summary>User and system time of a thread, in ticks of 10 ms.</summary>
    private static long Ticks(string stat)
    {
        // The name in parentheses may hold spaces; utime and stime are the 12th and 13th field after it.
        var fields = File.ReadAllText(stat).Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }
}
