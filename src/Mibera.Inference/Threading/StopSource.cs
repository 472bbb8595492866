namespace Mibera.Inference.Threading;

/// <summary>
/// One token for the three that may stop a call: its own, and those of the session and the model that end. Calls that follow each
/// other with the same token, as those of one generation do, share it and allocate nothing. One caller at a time.
/// </summary>
internal sealed class StopSource(CancellationToken session, CancellationToken model) : IDisposable
{
    private CancellationToken _call;
    private CancellationTokenSource? _linked;

    /// <summary>Cancelled with <paramref name="call"/>, with the session or with the model.</summary>
    public CancellationToken For(CancellationToken call)
    {
        if (_linked is null || _call != call)
        {
            _linked?.Dispose();
            (_call, _linked) = (call, CancellationTokenSource.CreateLinkedTokenSource(call, session, model));
        }
        return _linked.Token;
    }

    public void Dispose()
    {
        _linked?.Dispose();
        _linked = null;
    }
}
