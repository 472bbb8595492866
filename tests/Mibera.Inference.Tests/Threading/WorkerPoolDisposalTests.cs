using Mibera.Inference.Threading;

namespace Mibera.Inference.Tests.Threading;

/// <summary>A pool that ends while it works finishes what it has begun, or says that it is gone.</summary>
public class WorkerPoolDisposalTests
{
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
}
