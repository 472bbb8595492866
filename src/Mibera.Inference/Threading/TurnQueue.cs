namespace Mibera.Inference.Threading;

/// <summary>A lock whose holders follow each other in the order of arrival. Not re-entrant.</summary>
internal sealed class TurnQueue
{
    private readonly WaitPoint _wait = new();
    private long _lastTicket;
    private long _serving = 1;

    public void Enter()
    {
        var ticket = Interlocked.Increment(ref _lastTicket);
        if (Volatile.Read(ref _serving) != ticket)
            _wait.Wait((Queue: this, Ticket: ticket), static s => Volatile.Read(ref s.Queue._serving) == s.Ticket);
    }

    public void Leave()
    {
        Volatile.Write(ref _serving, _serving + 1);
        _wait.Signal();
    }
}
