using System.Runtime.CompilerServices;

namespace Mibera.Inference.Threading;

/// <summary>
/// Background threads on which generations compute. Those of .NET's pool are the host's: there are few more than cores and others
/// come slowly, so that some generations would keep a server's requests waiting. A thread stays for a while when it has nothing to
/// do, since the next token follows soon.
/// </summary>
internal sealed class ComputeThreads
{
    private static readonly TimeSpan Idleness = TimeSpan.FromSeconds(5);

    private readonly object _gate = new();
    private readonly Queue<Job> _jobs = new();
    private int _idle;
    private bool _ended;

    /// <summary>Runs <paramref name="work"/> on one of the threads, with the caller's execution context.</summary>
    /// <exception cref="OutOfMemoryException">The system gives no other thread.</exception>
    public Task<T> Run<T>(Func<T> work)
    {
        var job = new Job<T>(work);
        lock (_gate)
        {
            if (_idle > _jobs.Count)
                Monitor.Pulse(_gate);
            else
                new Thread(Work) { IsBackground = true, Name = "mibera session" }.UnsafeStart();
            _jobs.Enqueue(job);
        }
        return job.Task;
    }

    /// <summary>Idle threads end at once, busy ones when they have done what there is.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Work()
    {
        while (RunNext())
        {
        }
    }

    // A method of its own: a waiting thread keeps nothing of the last job alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool RunNext()
    {
        var job = Take();
        job?.Execute();
        return job is not null;
    }

    private Job? Take()
    {
        lock (_gate)
        {
            _idle++;
            var waited = true;
            while (_jobs.Count == 0 && waited && !_ended)
                waited = Monitor.Wait(_gate, Idleness);
            _idle--;
            return _jobs.TryDequeue(out var job) ? job : null;
        }
    }

    private abstract class Job
    {
        private readonly ExecutionContext? _context = ExecutionContext.Capture();

        public void Execute()
        {
            if (_context is null)
                Complete();
            else
                ExecutionContext.Run(_context, static job => ((Job)job!).Complete(), this);
        }

        protected abstract void Complete();
    }

    private sealed class Job<T>(Func<T> work) : Job
    {
        // The caller's code must not run on these threads.
        private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Task => _source.Task;

        protected override void Complete()
        {
            try
            {
                _source.SetResult(work());
            }
            catch (Exception e)
            {
                _source.SetException(e);
            }
        }
    }
}
