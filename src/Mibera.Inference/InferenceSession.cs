using System.Diagnostics;
using System.Runtime.CompilerServices;
using Mibera.Inference.Models;

namespace Mibera.Inference;

/// <summary>
/// One text or conversation over a model: it owns a KV cache. One caller at a time; any number of sessions a model.
/// </summary>
public sealed partial class InferenceSession : IDisposable
{
    private readonly LanguageModel _model;
    private readonly Sequence _sequence;
    private readonly long _bytes;
    private long _prefillTokens;
    private long _prefillTicks;
    private long _decodeTokens;
    private long _decodeTicks;
    private StopReason _stopReason;
    private int _busy;
    private bool _disposed;

    internal InferenceSession(LanguageModel model, Sequence sequence, long bytes) => (_model, _sequence, _bytes) = (model, sequence, bytes);

    /// <summary>The model.</summary>
    public LanguageModel Model => _model;

    /// <summary>Positions of the KV cache.</summary>
    public int ContextLength => _sequence.Capacity;

    /// <summary>Positions in use.</summary>
    public int Position => _sequence.Count;

    /// <summary>The tokens so far.</summary>
    public ReadOnlySpan<int> Tokens => _sequence.Tokens;

    /// <summary>Counts and times since the session was created.</summary>
    public SessionStatistics Statistics => new()
    {
        PrefillTokens = _prefillTokens,
        PrefillTime = Stopwatch.GetElapsedTime(0, _prefillTicks),
        DecodeTokens = _decodeTokens,
        DecodeTime = Stopwatch.GetElapsedTime(0, _decodeTicks),
        Recomputations = _sequence.Reprefills,
        DiscardedTokens = _discarded,
        StopReason = _stopReason,
    };

    /// <summary>Appends tokens and returns the logits [vocabulary] of the last one, valid until the next call.</summary>
    /// <exception cref="ContextFullException">They do not fit into the context.</exception>
    public ReadOnlySpan<float> Evaluate(ReadOnlySpan<int> tokenIds, CancellationToken cancellationToken = default) =>
        Evaluate(tokenIds, null, cancellationToken);

    /// <summary>Appends tokens, hands the logits of each to <paramref name="positions"/>, and returns those of the last one.</summary>
    /// <exception cref="ContextFullException">They do not fit into the context.</exception>
    public ReadOnlySpan<float> Evaluate(ReadOnlySpan<int> tokenIds, PositionLogits? positions, CancellationToken cancellationToken = default)
    {
        Enter();
        try
        {
            _sequence.Push(tokenIds);
            Compute(positions, cancellationToken);
            return _sequence.Logits;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Forgets all tokens from <paramref name="position"/> on.</summary>
    public void Truncate(int position)
    {
        Enter();
        try
        {
            _sequence.Truncate(position);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Continues the text after <paramref name="prompt"/>; generated tokens join the session's.</summary>
    /// <param name="prompt">Text to append first; may be empty in a session that has tokens, or where the model adds a BOS token.</param>
    /// <param name="options">Sampling and stopping; null: the defaults.</param>
    /// <param name="cancellationToken">Ends the generation; what was generated stays in the session.</param>
    public IAsyncEnumerable<GeneratedPiece> GenerateAsync(
        string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        options ??= new GenerationOptions();
        var ids = _model.Tokenizer.Encode(prompt, options.AddBos && Position == 0, options.ParseSpecial);
        return GenerateAsync(ids, options, cancellationToken);
    }

    /// <summary>Continues the text after the tokens <paramref name="promptIds"/>.</summary>
    /// <param name="promptIds">Tokens to append first.</param>
    /// <param name="options">Sampling and stopping; null: the defaults.</param>
    /// <param name="cancellationToken">Ends the generation; what was generated stays in the session.</param>
    public IAsyncEnumerable<GeneratedPiece> GenerateAsync(
        ReadOnlyMemory<int> promptIds, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new GenerationOptions();
        return GenerateAsync(promptIds, options, RoomMaker(options), cancellationToken);
    }

    /// <param name="promptIds">Tokens to append first.</param>
    /// <param name="options">Sampling and stopping.</param>
    /// <param name="makeRoom">Called when the context is full; makes room, or returns false to end the generation.</param>
    /// <param name="cancellationToken">Ends the generation.</param>
    internal async IAsyncEnumerable<GeneratedPiece> GenerateAsync(
        ReadOnlyMemory<int> promptIds, GenerationOptions options, Func<CancellationToken, bool>? makeRoom, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Enter();
        try
        {
            var generation = new Generation(this, options, makeRoom);
            // The work is the processor's: it must not hold the caller's thread, a user interface's perhaps.
            await Task.Run(() => generation.Begin(promptIds.Span, cancellationToken), cancellationToken).ConfigureAwait(false);
            while (await Task.Run(() => generation.MoveNext(cancellationToken), cancellationToken).ConfigureAwait(false))
                yield return generation.Current;
        }
        finally
        {
            if (_stopReason == StopReason.None)
                _stopReason = StopReason.Cancelled;
            Leave();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _sequence.Dispose();
        _model.Release(_bytes);
    }

    internal Span<float> Logits => _sequence.Logits;

    internal void SetStopReason(StopReason reason) => _stopReason = reason;

    internal void Push(ReadOnlySpan<int> tokenIds) => _sequence.Push(tokenIds);

    /// <summary>Computes what was pushed. One token at a time is decoding, unless it is the whole of a prompt.</summary>
    internal void Compute(PositionLogits? positions, CancellationToken cancellationToken, bool isPrompt = false)
    {
        var (start, computed) = (Stopwatch.GetTimestamp(), _sequence.Computed);
        var decodes = !isPrompt && _sequence.Count - computed == 1;
        try
        {
            _sequence.Compute(positions, cancellationToken);
        }
        finally
        {
            // A cancelled prompt counts as far as it came.
            var (ticks, count) = (Stopwatch.GetTimestamp() - start, Math.Max(0, _sequence.Computed - computed));
            if (decodes)
                (_decodeTokens, _decodeTicks) = (_decodeTokens + count, _decodeTicks + ticks);
            else
                (_prefillTokens, _prefillTicks) = (_prefillTokens + count, _prefillTicks + ticks);
        }
    }

    private void Enter()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Interlocked.Exchange(ref _busy, 1) != 0)
            throw new InvalidOperationException("The session is busy: it serves one caller at a time. Create a session for each.");
    }

    private void Leave() => Volatile.Write(ref _busy, 0);
}
