using System.Runtime.InteropServices;

namespace Mibera.Run;

/// <summary>
/// Ctrl-C and SIGTERM end the work in an orderly way; a second Ctrl-C ends the process at once. Within a
/// <see cref="Scope"/> the first Ctrl-C ends only what is done there.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private volatile Scope? _scope;
    private volatile bool _terminated;
    private volatile Action? _leave;

    public Interrupt(CancellationToken outer)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(outer);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Handle(context, _scope?.Source ?? _source));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            _terminated = true;
            // Nothing ends the read of a key.
            if (_leave is { } leave)
            {
                leave();
                Environment.Exit(ExitCode);
            }
            Handle(context, _source);
        });
    }

    public CancellationToken Token => _source.Token;

    /// <summary>What the process returns once the work has ended for it.</summary>
    public int ExitCode => _terminated ? Run.ExitCode.Terminated : Run.ExitCode.Interrupted;

    /// <summary>From now on Ctrl-C cancels the scope's token, until it is disposed.</summary>
    public Scope Begin() => _scope = new Scope(this);

    /// <summary>Waits for the user in <paramref name="read"/>. SIGTERM ends the program there, after <paramref name="leave"/>.</summary>
    public T WaitFor<T>(Func<T> read, Action leave)
    {
        _leave = leave;
        try
        {
            // A signal that came before is not known to the handler as one of this wait.
            Token.ThrowIfCancellationRequested();
            return read();
        }
        finally
        {
            _leave = null;
        }
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    private static void Handle(PosixSignalContext context, CancellationTokenSource source)
    {
        if (source.IsCancellationRequested)
            return;
        context.Cancel = true;
        source.Cancel();
    }

    /// <summary>Work that Ctrl-C ends without ending the program.</summary>
    public sealed class Scope(Interrupt owner) : IDisposable
    {
        public CancellationTokenSource Source { get; } = CancellationTokenSource.CreateLinkedTokenSource(owner.Token);

        public CancellationToken Token => Source.Token;

        // The source is not disposed: a signal may be about to cancel it.
        public void Dispose() => owner._scope = null;
    }
}
