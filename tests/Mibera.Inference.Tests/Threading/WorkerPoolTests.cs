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
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            pool.Run(ref body, 64, 1);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
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
        Thread.Sleep(50);
        var before = Ticks(body.Stat[1]);
        Thread.Sleep(300);
        Assert.InRange(Ticks(body.Stat[1]) - before, 0, 1);
    }

    [Fact]
    public void ADisposedPoolRefusesLoops()
    {
        var pool = new WorkerPool(3);
        pool.Dispose();
        pool.Dispose();
        var body = new CountBody { Hits = new int[10] };
        Assert.Throws<ObjectDisposedException>(() => pool.Run(ref body, 10, 1));
        Assert.Throws<ObjectDisposedException>(() => pool.Run(ref body, 1, 1));
    }

    [Fact]
    public void DisposingWhileLoopsRunFinishesOrRefusesThem()
    {
        for (var round = 0; round < 40; round++)
        {
            var pool = new WorkerPool(3);
            var callers = Enumerable.Range(0, 3).Select(_ => new Thread(() => RunUntilRefused(pool))).ToArray();
            foreach (var caller in callers)
                caller.Start();
            Thread.Sleep(round % 4);
            pool.Dispose();
            foreach (var caller in callers)
                Assert.True(caller.Join(TimeSpan.FromSeconds(20)), "A caller hangs.");
        }
    }

    [Fact]
    public void DisposingFromInsideALoopLetsItEnd()
    {
        var pool = new WorkerPool(3);
        var body = new DisposeBody { Pool = pool, Hits = new int[30] };
        pool.Run(ref body, 30, 1);
        Assert.All(body.Hits, hits => Assert.Equal(1, hits));
        Assert.Throws<ObjectDisposedException>(() => pool.Run(ref body, 30, 1));
    }

    [Fact]
    public void AnInterruptComesAfterTheLoop()
    {
        using var pool = new WorkerPool(2);
        var body = new SlowBody { Hits = new int[4] };
        var interrupted = false;
        var caller = new Thread(() =>
        {
            pool.Run(ref body, 4, 1);
            try
            {
                Thread.Sleep(Timeout.Infinite);
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
        });
        caller.Start();
        Thread.Sleep(30);
        caller.Interrupt();
        Assert.True(caller.Join(TimeSpan.FromSeconds(20)));
        Assert.True(interrupted);
        Assert.All(body.Hits, hits => Assert.Equal(1, hits));
    }

    [Fact]
    public void ImpossibleCountsAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerPool(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerPool(40_000));
    }

    private static void RunUntilRefused(WorkerPool pool)
    {
        try
        {
            while (true)
            {
                var body = new CountBody { Hits = new int[20] };
                pool.Run(ref body, 20, 1);
                Assert.All(body.Hits, hits => Assert.Equal(1, hits));
            }
        }
        catch (ObjectDisposedException)
        {
        }
    }

    /// <summary>User and system time of a thread, in ticks of 10 ms.</summary>
    private static long Ticks(string stat)
    {
        // The name in parentheses may hold spaces; utime and stime are the 12th and 13th field after it.
        var fields = File.ReadAllText(stat).Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    private struct CountBody : IParallelBody
    {
        public int[] Hits;

        public readonly void Execute(int worker, int begin, int end)
        {
            for (var i = begin; i < end; i++)
                Interlocked.Increment(ref Hits[i]);
        }
    }

    private struct AloneBody : IParallelBody
    {
        public int[] Hits;
        public int Id;
        public int[] Current;

        public readonly void Execute(int worker, int begin, int end)
        {
            Volatile.Write(ref Current[0], Id);
            for (var i = begin; i < end; i++)
                Interlocked.Increment(ref Hits[i]);
            // A loop at the same time would have left its own number.
            Assert.Equal(Id, Volatile.Read(ref Current[0]));
        }
    }

    private struct SumBody : IParallelBody
    {
        public int Sum;

        public void Execute(int worker, int begin, int end)
        {
            for (var i = begin; i < end; i++)
                Interlocked.Add(ref Sum, i);
        }
    }

    private struct ThrowBody : IParallelBody
    {
        public int At;

        public readonly void Execute(int worker, int begin, int end)
        {
            if (begin <= At && At < end)
                throw new InvalidDataException(At.ToString(CultureInfo.InvariantCulture));
        }
    }

    private struct NestedBody : IParallelBody
    {
        public WorkerPool Pool;
        public int[] Sums;
        public int[] WorkersSeen;

        public readonly void Execute(int worker, int begin, int end)
        {
            for (var i = begin; i < end; i++)
            {
                var inner = new WorkerBody { Expected = worker };
                Pool.Run(ref inner, 10, 1);
                Sums[i] = inner.Items;
                WorkersSeen[i] = inner.Others;
            }
        }
    }

    private struct WorkerBody : IParallelBody
    {
        public int Expected;
        public int Items;
        public int Others;

        public void Execute(int worker, int begin, int end)
        {
            Items += end - begin;
            Others += worker == Expected ? 0 : 1;
        }
    }

    private struct ThreadIdBody : IParallelBody
    {
        public string[] Stat;

        public readonly void Execute(int worker, int begin, int end)
        {
            Thread.SpinWait(200);
            Stat[worker] ??= "/proc/" + new FileInfo("/proc/thread-self").LinkTarget + "/stat";
        }
    }

    private struct DisposeBody : IParallelBody
    {
        public WorkerPool Pool;
        public int[] Hits;

        public readonly void Execute(int worker, int begin, int end)
        {
            for (var i = begin; i < end; i++)
                Interlocked.Increment(ref Hits[i]);
            if (begin == 7)
                Pool.Dispose();
        }
    }

    private struct SlowBody : IParallelBody
    {
        public int[] Hits;

        public readonly void Execute(int worker, int begin, int end)
        {
            for (var i = begin; i < end; i++)
                Interlocked.Increment(ref Hits[i]);
            for (var until = Environment.TickCount64 + 60; Environment.TickCount64 < until;)
                Thread.SpinWait(100);
        }
    }
}
