using System.Diagnostics;

namespace Mibera.Inference.Threading;

/// <summary>
/// A place to wait for a condition that another thread makes true: spinning at first, since loops follow each other
/// within microseconds, then giving up the time slice, then asleep.
/// </summary>
internal sealed class WaitPoint
{
    /// <summary>About 10 microseconds of pauses. With two of them threads yielded between loops; a yield takes 1.3 microseconds in a
    /// virtual machine, and the next loop began so much later.</summary>
    private const int Spins = 256;

    /// <summary>How long the time slice is offered to others before sleeping. Waking a sleeper takes about as long.</summary>
    private static readonly long YieldTicks = Stopwatch.Frequency / 10_000;

    private readonly object _gate = new();
    private int _sleepers;

    /// <summary>Returns once <paramref name="condition"/> holds. Whoever makes it true calls <see cref="Signal"/> after it.</summary>
    public void Wait<TState>(TState state, Func<TState, bool> condition)
    {
        for (var i = 0; i < Spins; i++)
        {
            if (condition(state))
                return;
            Thread.SpinWait(1);
        }
        var end = Stopwatch.GetTimestamp() + YieldTicks;
        while (Stopwatch.GetTimestamp() < end)
        {
            if (condition(state))
                return;
            Thread.Yield();
        }
        Sleep(state, condition);
    }

    /// <summary>Wakes those asleep, if any; costs a fence and a read otherwise.</summary>
    public void Signal()
    {
        // Against Sleep: either this read sees the sleeper, or the sleeper's check sees what was written before this call.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _sleepers) == 0)
            return;
        var interrupted = false;
        EnterGate(ref interrupted);
        Monitor.PulseAll(_gate);
        Monitor.Exit(_gate);
        RestoreInterrupt(interrupted);
    }

    private void Sleep<TState>(TState state, Func<TState, bool> condition)
    {
        var interrupted = false;
        EnterGate(ref interrupted);
        Interlocked.Increment(ref _sleepers);
        while (!condition(state))
        {
            try
            {
                Monitor.Wait(_gate);
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
        }
        Interlocked.Decrement(ref _sleepers);
        Monitor.Exit(_gate);
        RestoreInterrupt(interrupted);
    }

    // Thread.Interrupt must not tear a loop apart while other threads are in it: it is put off until after the wait.
    private void EnterGate(ref bool interrupted)
    {
        while (true)
        {
            try
            {
                Monitor.Enter(_gate);
                return;
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
        }
    }

    private static void RestoreInterrupt(bool interrupted)
    {
        if (interrupted)
            Thread.CurrentThread.Interrupt();
    }
}
