using System.Runtime.InteropServices;

namespace Mibera.Bench.CommandLine;

/// <summary>
/// Ctrl-C and the polite ways to end a process. The first one asks the work to stop; a second one ends the process at once,
/// whose exit handlers still delete what is in the scratch folder.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>128 + SIGINT, as shells have it.</summary>
    public const int ExitCode = 130;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Interruption() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
    ];

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_source.IsCancellationRequested) Environment.Exit(ExitCode);
        _source.Cancel();
    }
}
