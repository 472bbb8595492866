using System.Globalization;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Tests.Threading;

internal struct CountBody : IParallelBody
{
    public int[] Hits;

    public readonly void Execute(int worker, int begin, int end)
    {
        for (var i = begin; i < end; i++)
            Interlocked.Increment(ref Hits[i]);
    }
}

internal struct AloneBody : IParallelBody
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

internal struct SumBody : IParallelBody
{
    public int Sum;

    public void Execute(int worker, int begin, int end)
    {
        for (var i = begin; i < end; i++)
            Interlocked.Add(ref Sum, i);
    }
}

internal struct ThrowBody : IParallelBody
{
    public int At;

    public readonly void Execute(int worker, int begin, int end)
    {
        if (begin <= At && At < end)
            throw new InvalidDataException(At.ToString(CultureInfo.InvariantCulture));
    }
}

internal struct NestedBody : IParallelBody
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

internal struct WorkerBody : IParallelBody
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

internal struct ThreadIdBody : IParallelBody
{
    public string[] Stat;

    public readonly void Execute(int worker, int begin, int end)
    {
        Thread.SpinWait(200);
        Stat[worker] ??= "/proc/" + new FileInfo("/proc/thread-self").LinkTarget + "/stat";
    }
}

internal struct DisposeBody : IParallelBody
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

internal struct SlowBody : IParallelBody
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
