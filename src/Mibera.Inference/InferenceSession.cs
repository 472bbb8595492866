using System.Diagnostics;
using System.Runtime.CompilerServices;
using Mibera.Inference.Diagnostics;
using Mibera.Inference.Models;
using Mibera.Inference.Threading;

namespace Mibera.Inference;

/// <summary>
/// One text or conversation over a model: it owns a KV cache. One caller at a time; any number of sessions a model.
/// </summary>
/// <remarks>
/// It may be disposed at any moment and by any thread, and so may its model: a call that is under way ends within a layer of the
/// network with an <see cref="ObjectDisposedException"/>, and the memory is freed when it has returned.
/// </remarks>
public sealed partial class InferenceSession : IDisposable, IAsyncDisposable
{
    private readonly LanguageModel _model;
    private readonly Sequence _sequence;
    private readonly Lifetime _lifetime;
    private readonly CancellationTokenSource _stop;
    private long _prefillTokens;
    private long _prefillTicks;
    private long _decodeTokens;
    private long _decodeTicks;
    private StopReason _stopReason;
    private ulong? _seed;
    private int _busy;

    /// <param name="model">The model.</param>
    /// <param name="sequence">Its memory is the session's from now on.</param>
    /// <param name="bytes">How much memory that is.</param>
    internal InferenceSession(LanguageModel model, Sequence sequence, long bytes)
    {
        (_model, _sequence) = (model, sequence);
        // Sessions that are dropped instead of disposed: the collector should know what they hold, for it sees managed memory alone.
        GC.AddMemoryPressure(bytes);
        InferenceMetrics.SessionOpened(bytes);
        var stop = (CancellationTokenSource?)null;
        _lifetime = new Lifetime(() =>
        {
            stop?.Dispose();
            sequence.Dispose();
            GC.RemoveMemoryPressure(bytes);
            InferenceMetrics.SessionFreed(bytes);
            model.Release(bytes);
        });
        // The end of the session or of the model; made once, so that a decoded token allocates nothing.
        _stop = stop = CancellationTokenSource.CreateLinkedTokenSource(_lifetime.Stop, model.Stop);
    }

    /// <summary>Gives back what a dropped session holds of the model's budget.</summary>
    ~InferenceSession() => _lifetime?.End();

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
        Seed = _seed,
    };

    /// <summary>Appends tokens and returns the logits [vocabulary] of the last one, valid until the next call.</summary>
    /// <exception cref="ContextFullException">They do not fit into the context.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the tokens stay in the session, and the next call computes what is left.</exception>
    public ReadOnlySpan<float> Evaluate(ReadOnlySpan<int> tokenIds, CancellationToken cancellationToken = default) =>
        Evaluate(tokenIds, null, cancellationToken);

    /// <summary>Appends tokens, hands the logits of each to <paramref name="positions"/>, and returns those of the last one.</summary>
    /// <exception cref="ContextFullException">They do not fit into the context.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the tokens stay in the session, and the next call computes what is left.</exception>
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

    /// <summary>
    /// Forgets everything behind the longest beginning that the session shares with a text, and returns how many tokens that is: the
    /// text goes on from there without being computed again.
    /// </summary>
    /// <param name="tokenIds">The whole text, from its first token.</param>
    public int KeepCommonPrefix(ReadOnlySpan<int> tokenIds)
    {
        Enter();
        try
        {
            var common = _sequence.Tokens.CommonPrefixLength(tokenIds);
            _sequence.Truncate(common);
            return common;
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
    /// <inheritdoc cref="GenerateAsync(ReadOnlyMemory{int}, GenerationOptions?, CancellationToken)"/>
    public IAsyncEnumerable<GeneratedPiece> GenerateAsync(
        string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        options ??= new GenerationOptions();
        return GenerateAsync(() => _model.Tokenizer.Encode(prompt, options.AddBos && Position == 0, options.ParseSpecial), options, RoomMaker(options), cancellationToken);
    }

    /// <summary>Continues the text after the tokens <paramref name="promptIds"/>.</summary>
    /// <param name="promptIds">Tokens to append first.</param>
    /// <param name="options">Sampling and stopping; null: the defaults.</param>
    /// <param name="cancellationToken">Ends the generation; what was generated stays in the session.</param>
    /// <remarks>
    /// The work is done on threads of the model's own, a token each time that the caller asks for one. A generation that is not
    /// read to its end ends when its enumerator is disposed, as <c>await foreach</c> does.
    /// </remarks>
    /// <exception cref="ContextFullException">The prompt does not fit into the context.</exception>
    /// <exception cref="NonFiniteLogitsException">The model computes no numbers.</exception>
    /// <exception cref="ArgumentException">There is nothing to continue, or an option has an impossible value.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the session goes on from where it is.</exception>
    public IAsyncEnumerable<GeneratedPiece> GenerateAsync(
        ReadOnlyMemory<int> promptIds, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new GenerationOptions();
        return GenerateAsync(() => promptIds, options, RoomMaker(options), cancellationToken);
    }

    /// <summary>Frees the memory of the session, as soon as no call uses it.</summary>
    public void Dispose()
    {
        _lifetime.End();
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the memory of the session, and waits until that is done.</summary>
    public ValueTask DisposeAsync()
    {
        _lifetime.End();
        GC.SuppressFinalize(this);
        return new ValueTask(_lifetime.Freed);
    }

    internal ReadOnlySpan<float> Logits => _sequence.Logits;

    internal void SetStopReason(StopReason reason) => _stopReason = reason;

    internal void SetSeed(ulong seed) => _seed = seed;

    internal void Push(ReadOnlySpan<int> tokenIds) => _sequence.Push(tokenIds);

    /// <summary>Appends tokens and hands the final hidden state of each to <paramref name="hidden"/>; no logits are computed.</summary>
    internal void EvaluateHidden(ReadOnlySpan<int> tokenIds, HiddenState hidden, CancellationToken cancellationToken)
    {
        Enter();
        try
        {
            _sequence.Push(tokenIds);
            Compute(null, hidden, isPrompt: true, cancellationToken);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Computes what was pushed. One token at a time is decoding, unless it is the whole of a prompt.</summary>
    internal void Compute(PositionLogits? positions, CancellationToken cancellationToken, bool isPrompt = false) =>
        Compute(positions, null, isPrompt, cancellationToken);

    private void Compute(PositionLogits? positions, HiddenState? hidden, bool isPrompt, CancellationToken cancellationToken)
    {
        var (start, computed) = (Stopwatch.GetTimestamp(), _sequence.Computed);
        var decodes = !isPrompt && _sequence.Count - computed == 1;
        try
        {
            // Static, with what it needs handed in: a token costs no allocation.
            UseMemory(
                (_sequence, positions, hidden),
                static (work, stop) =>
                {
                    if (work.hidden is null)
                        work._sequence.Compute(work.positions, stop);
                    else
                        work._sequence.ComputeHidden(work.hidden, stop);
                },
                cancellationToken);
        }
        finally
        {
            // A cancelled prompt counts as far as it came.
            var (ticks, count) = (Stopwatch.GetTimestamp() - start, Math.Max(0, _sequence.Computed - computed));
            if (decodes)
            {
                (_decodeTokens, _decodeTicks) = (_decodeTokens + count, _decodeTicks + ticks);
                InferenceMetrics.Decoded(count, Stopwatch.GetElapsedTime(0, ticks));
            }
            else
            {
                (_prefillTokens, _prefillTicks) = (_prefillTokens + count, _prefillTicks + ticks);
                InferenceMetrics.Prefilled(count, Stopwatch.GetElapsedTime(0, ticks));
            }
        }
    }

    /// <param name="prompt">Gives the tokens to append first; runs on a thread of the model.</param>
    /// <param name="options">Sampling and stopping.</param>
    /// <param name="makeRoom">Called when the context is full; makes room, or returns false to end the generation.</param>
    /// <param name="cancellationToken">Ends the generation.</param>
    internal async IAsyncEnumerable<GeneratedPiece> GenerateAsync(
        Func<ReadOnlyMemory<int>> prompt, GenerationOptions options, Func<CancellationToken, bool>? makeRoom,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Enter();
        try
        {
            _stopReason = StopReason.None;
            var generation = await _model.RunAsync(() => Begin(prompt, new Generation(this, options, makeRoom), cancellationToken), cancellationToken).ConfigureAwait(false);
            while (await _model.RunAsync(() => generation.MoveNext(cancellationToken), cancellationToken).ConfigureAwait(false))
                yield return generation.Current;
        }
        finally
        {
            if (_stopReason == StopReason.None)
                _stopReason = StopReason.Cancelled;
            _model.Logger.GenerationEnded(_stopReason, _sequence.Count, _seed);
            Leave();
        }
    }

    private static Generation Begin(Func<ReadOnlyMemory<int>> prompt, Generation generation, CancellationToken cancellationToken)
    {
        generation.Begin(prompt().Span, cancellationToken);
        return generation;
    }

    /// <summary>Runs what touches native memory, the session's or the model's: neither is freed meanwhile.</summary>
    private void UseMemory<TState>(TState state, Action<TState, CancellationToken> work, CancellationToken cancellationToken)
    {
        using var model = _model.UseMemory();
        ObjectDisposedException.ThrowIf(!_lifetime.TryEnter(), this);
        try
        {
            // A caller's token is linked for each call: its source may be reset in between.
            using var linked = cancellationToken.CanBeCanceled
                ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token)
                : null;
            var stop = (linked ?? _stop).Token;
            try
            {
                work(state, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The caller knows its own token, not ours; if it is not that, a disposal stopped the work.
                cancellationToken.ThrowIfCancellationRequested();
                ThrowIfDisposed();
                throw;
            }
        }
        finally
        {
            _lifetime.Leave();
        }
    }

    private void ThrowIfDisposed()
    {
        ObjectDisposedException.ThrowIf(_lifetime.IsEnded, this);
        ObjectDisposedException.ThrowIf(_model.IsDisposed, _model);
    }

    private void Enter()
    {
        ThrowIfDisposed();
        if (Interlocked.Exchange(ref _busy, 1) != 0)
            throw new InvalidOperationException("The session is busy: it serves one caller at a time. Create a session for each.");
    }

    private void Leave() => Volatile.Write(ref _busy, 0);
}
