using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Mibera.Inference.Threading;

/// <summary>
/// The threads that share the rows of a matrix. One loop runs at a time and callers take turns in the order they came;
/// a loop's items are handed out dynamically, so a result must not depend on which worker does which item.
/// </summary>
/// <remarks>
/// Between loops the workers spin for a moment and then sleep. A loop never waits for a worker that has not begun: a
/// sleeper that wakes too late finds nothing to do.
/// </remarks>
internal sealed unsafe class WorkerPool : IDisposable
{
    // The state of a loop in one word: whether workers may join it, and how many are in it. The rest counts loops, so that a
    // worker enters each one only once.
    private const long Open = 1;
    private const long OneActive = 2;
    private const long ActiveMask = 0xFFFE;
    private const long OneLoop = 0x10000;

    [ThreadStatic]
    private static WorkerPool? Current;

    [ThreadStatic]
    private static int CurrentWorker;

    private readonly TurnQueue _turns = new();
    private readonly Thread[] _threads;
    private readonly WorkShares _shares;
    private readonly WaitPoint _wake = new();
    private readonly WaitPoint _join = new();
    private long _state;
    private delegate*<void*, int, int, int, void> _invoke;
    private void* _body;
    private ExceptionDispatchInfo? _failure;
    private volatile bool _disposed;

    /// <param name="threads">Workers, the calling thread included.</param>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, ActiveMask / OneActive);
        ThreadCount = threads;
        _shares = new WorkShares(threads);
        _threads = new Thread[threads - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            var worker = i + 1;
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"mibera worker {worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>A pool without threads: loops run on the caller, any number of callers at once.</summary>
    public static WorkerPool Inline { get; } = new(1);

    /// <summary>The threads of the pool's own.</summary>
    public IReadOnlyList<Thread> Threads => _threads;

    /// <summary>Workers that a loop may run on, the caller included; worker numbers are below it.</summary>
    public int ThreadCount { get; }

    /// <summary>
    /// Runs <paramref name="body"/> over items [0, <paramref name="count"/>), <paramref name="grain"/> at a time, and returns
    /// when all are done. The first exception of an item ends the loop and is rethrown as it was. A loop started by an item
    /// of this pool's own loop runs on that item's worker. All workers share the one body.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The pool is disposed, or was while the caller waited for its turn.</exception>
    public void Run<TBody>(ref TBody body, int count, int grain)
        where TBody : struct, IParallelBody
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (count <= 0)
            return;
        if (_threads.Length == 0 || count <= grain || Current == this)
        {
            body.Execute(Current == this ? CurrentWorker : 0, 0, count);
            return;
        }
        _turns.Enter();
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            // On this frame, which outlives the loop, the body has an address that the collector does not change.
            var local = body;
            _invoke = &Invoke<TBody>;
            _body = Unsafe.AsPointer(ref local);
            RunLoop(count, grain);
            body = local;
        }
        finally
        {
            _turns.Leave();
        }
    }

    /// <summary>Ends the threads. A running loop is finished first; those waiting for their turn fail.</summary>
    public void Dispose()
    {
        if (_threads.Length == 0 || _disposed)
            return;
        if (Current == this)
        {
            // From inside a loop: the threads end after it, and nobody waits for them.
            _disposed = true;
            return;
        }
        _turns.Enter();
        _disposed = true;
        _turns.Leave();
        _wake.Signal();
        foreach (var thread in _threads)
            thread.Join();
    }

    private static void Invoke<TBody>(void* body, int worker, int begin, int end)
        where TBody : struct, IParallelBody => Unsafe.AsRef<TBody>(body).Execute(worker, begin, end);

    private void RunLoop(int count, int grain)
    {
        _failure = null;
        _shares.Reset(count, grain);
        // No worker is active here: the state is a count of loops alone.
        Interlocked.Add(ref _state, OneLoop + Open);
        _wake.Signal();
        Drain(0);
        Interlocked.And(ref _state, ~Open);
        _join.Wait(this, static pool => (Volatile.Read(ref pool._state) & ActiveMask) == 0);
        // An item may have disposed the pool: then nobody else wakes the threads to their end.
        if (_disposed)
            _wake.Signal();
        Interlocked.Exchange(ref _failure, null)?.Throw();
    }

    private void Work(int worker)
    {
        var seen = 0L;
        while (true)
        {
            _wake.Wait((Pool: this, Seen: seen), static s => s.Pool._disposed || Volatile.Read(ref s.Pool._state) / OneLoop != s.Seen);
            var state = Volatile.Read(ref _state);
            if (state / OneLoop == seen && _disposed)
                return;
            seen = state / OneLoop;
            if (!TryEnter(state))
                continue;
            Drain(worker);
            // The last one out tells the caller, which may be asleep.
            if ((Interlocked.Add(ref _state, -OneActive) & (ActiveMask | Open)) == 0)
                _join.Signal();
        }
    }

    /// <summary>Joins the loop of <paramref name="state"/> unless it is closed by now.</summary>
    private bool TryEnter(long state)
    {
        var loop = state / OneLoop;
        while ((state & Open) != 0 && state / OneLoop == loop)
        {
            var found = Interlocked.CompareExchange(ref _state, state + OneActive, state);
            if (found == state)
                return true;
            state = found;
        }
        return false;
    }

    private void Drain(int worker)
    {
        (Current, CurrentWorker) = (this, worker);
        try
        {
            var share = worker;
            while (_shares.TryTake(worker, ref share, out var begin, out var end))
                _invoke(_body, worker, begin, end);
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
            _shares.Stop();
        }
        finally
        {
            Current = null;
        }
    }
}
