using System.Runtime.CompilerServices;

namespace Mibera.Inference.Threading;

/// <summary>
/// The threads that share the rows of a matrix. One loop runs at a time; its items are handed out dynamically, so a
/// result must not depend on which worker does which item.
/// </summary>
internal sealed unsafe class WorkerPool : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _start = new(0);
    private readonly CountdownEvent _done = new(1);
    private delegate*<void*, int, int, int, void> _invoke;
    private void* _body;
    private int _count;
    private int _grain;
    private int _next;
    private Exception? _failure;
    private volatile bool _disposed;

    /// <param name="threads">Workers, the calling thread included.</param>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ThreadCount = threads;
        _threads = new Thread[threads - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            var worker = i + 1;
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"mibera worker {worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>A pool without threads: loops run on the caller.</summary>
    public static WorkerPool Inline { get; } = new(1);

    public int ThreadCount { get; }

    /// <summary>Runs <paramref name="body"/> over items [0, <paramref name="count"/>), at least
    /// <paramref name="grain"/> at a time, and returns when all are done. The first exception of a worker is rethrown.</summary>
    public void Run<TBody>(ref TBody body, int count, int grain)
        where TBody : struct, IParallelBody
    {
        if (_threads.Length == 0 || count <= grain)
        {
            if (count > 0)
                body.Execute(0, 0, count);
            return;
        }
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _invoke = &Invoke<TBody>;
            _body = Unsafe.AsPointer(ref body);
            (_count, _grain, _next, _failure) = (count, grain, 0, null);
            _done.Reset(_threads.Length);
            _start.Release(_threads.Length);
            Drain(0);
            _done.Wait();
            if (_failure is { } failure)
                throw new AggregateException(failure);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed || _threads.Length == 0)
                return;
            _disposed = true;
            _start.Release(_threads.Length);
            foreach (var thread in _threads)
                thread.Join();
            _start.Dispose();
            _done.Dispose();
        }
    }

    private static void Invoke<TBody>(void* body, int worker, int begin, int end)
        where TBody : struct, IParallelBody => Unsafe.AsRef<TBody>(body).Execute(worker, begin, end);

    private void Work(int worker)
    {
        while (true)
        {
            _start.Wait();
            if (_disposed)
                return;
            Drain(worker);
            _done.Signal();
        }
    }

    private void Drain(int worker)
    {
        try
        {
            while (true)
            {
                var begin = Interlocked.Add(ref _next, _grain) - _grain;
                if (begin >= _count)
                    return;
                _invoke(_body, worker, begin, Math.Min(_count, begin + _grain));
            }
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, e, null);
            Volatile.Write(ref _next, int.MaxValue / 2);
        }
    }
}
