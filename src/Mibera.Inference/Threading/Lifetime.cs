using System.Diagnostics.CodeAnalysis;

namespace Mibera.Inference.Threading;

/// <summary>
/// Counts the calls that use native memory, and frees it once: when it has been given up and the last of them has returned. So it
/// can be given up at any moment, by any thread, even from within such a call; giving it up waits for nobody.
/// </summary>
/// <param name="free">Frees the memory. Runs once, on the thread that gave it up or on that of the last call.</param>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer holds nothing, and its token is read after the end.")]
internal sealed class Lifetime(Action free)
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _users;
    private bool _ended;

    /// <summary>Cancelled when the memory is given up: calls that use it should return soon.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Completes once the memory is free.</summary>
    public Task Freed => _freed.Task;

    public bool IsEnded
    {
        get
        {
            lock (_gate)
                return _ended;
        }
    }

    /// <summary>Begins a call, which ends with <see cref="Leave"/>; false if the memory has been given up.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_ended)
                return false;
            _users++;
            return true;
        }
    }

    public void Leave()
    {
        bool last;
        lock (_gate)
            last = --_users == 0 && _ended;
        if (last)
            Free();
    }

    /// <summary>Gives the memory up; later calls do nothing.</summary>
    public void End()
    {
        bool last;
        lock (_gate)
        {
            if (_ended)
                return;
            (_ended, last) = (true, _users == 0);
        }
        _stop.Cancel();
        if (last)
            Free();
    }

    private void Free()
    {
        try
        {
            free();
        }
        finally
        {
            _freed.SetResult();
        }
    }
}
