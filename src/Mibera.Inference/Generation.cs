using Mibera.Inference.Sampling;
using Mibera.Inference.Tokenization;

namespace Mibera.Inference;

/// <summary>The loop of one generation: sample, detokenize, stop, append.</summary>
internal sealed class Generation
{
    private const int NoToken = -1;

    private readonly InferenceSession _session;
    private readonly GenerationOptions _options;
    private readonly Tokenizer _tokenizer;
    private readonly int _vocabulary;
    private readonly SamplerChain _sampler;
    private readonly StopStringMatcher _stop;
    private readonly Func<CancellationToken, bool>? _makeRoom;
    private TokenDecoder? _decoder;
    private readonly LikeliestTokens? _likeliest;
    private int _generated;
    private bool _ended;

    /// <param name="session">Where the tokens go.</param>
    /// <param name="options">Sampling and stopping.</param>
    /// <param name="makeRoom">Called when the context is full; returns false to end the generation.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option has an impossible value.</exception>
    public Generation(InferenceSession session, GenerationOptions options, Func<CancellationToken, bool>? makeRoom)
    {
        (_session, _options, _tokenizer, _makeRoom) = (session, options, session.Model.Tokenizer, makeRoom);
        // Rows of the output beyond the vocabulary are padding: they have no text, and are never sampled.
        _vocabulary = Math.Min(_tokenizer.VocabularySize, session.Model.VocabularySize);
        _sampler = new SamplerChain(options, _vocabulary);
        session.SetSeed(_sampler.Seed);
        _stop = new StopStringMatcher(options.StopStrings);
        ArgumentOutOfRangeException.ThrowIfNegative(options.TopLogProbabilities);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.TopLogProbabilities, _vocabulary);
        if (options.TopLogProbabilities > 0)
            _likeliest = new LikeliestTokens(options.TopLogProbabilities);
    }

    public GeneratedPiece Current { get; private set; }

    /// <summary>Runs the prompt through the model.</summary>
    public void Begin(ReadOnlySpan<int> prompt, CancellationToken cancellationToken)
    {
        if (prompt.IsEmpty && _session.Position == 0)
            throw new ArgumentException("There is nothing to continue: the prompt is empty and the model adds no BOS token.", nameof(prompt));
        // The prompt of a text that shifts may need room, too.
        while (prompt.Length > _session.ContextLength - _session.Position && _makeRoom?.Invoke(cancellationToken) == true)
            continue;
        _session.Push(prompt);
        _decoder = _tokenizer.CreateDecoder(AtStart(), skipSpecial: !_options.ShowSpecial);
        _session.Compute(null, cancellationToken, isPrompt: true);
    }

    /// <summary>Whether nothing but a BOS token comes before: the text then begins here, without SentencePiece's space.</summary>
    private bool AtStart()
    {
        foreach (var token in _session.Tokens)
        {
            if (token >= _vocabulary || !_tokenizer.IsControl(token))
                return false;
        }
        return true;
    }

    /// <summary>Generates one token; false when the generation has ended and all its text has been given out.</summary>
    public bool MoveNext(CancellationToken cancellationToken)
    {
        if (_ended)
            return false;
        cancellationToken.ThrowIfCancellationRequested();
        // The token sampled last is computed only when another one is wanted: the last one costs no pass.
        if (_generated == _options.MaxTokens)
            return End(StopReason.MaxTokens);
        _session.Compute(null, cancellationToken);
        if (_session.Position == _session.ContextLength && !MakeRoom(cancellationToken))
            return End(StopReason.ContextFull);
        var token = Sample();
        if (Ends(token))
            return End(StopReason.EndOfGeneration);
        var likeliest = _likeliest?.Of(_session.Logits[.._vocabulary]) ?? [];
        _session.Push([token]);
        _generated++;
        Current = new GeneratedPiece(_stop.Append(_decoder!.Append(token)), token, _sampler.LastLogProbability) { TopLogProbabilities = likeliest };
        if (_stop.Matched is not null)
            Finish(StopReason.StopString);
        return true;
    }

    /// <summary>Room may have cost the logits: the remaining tokens may have been pushed anew.</summary>
    private bool MakeRoom(CancellationToken cancellationToken)
    {
        if (_makeRoom is null || !_makeRoom(cancellationToken))
            return false;
        _session.Compute(null, cancellationToken, isPrompt: true);
        return true;
    }

    private bool Ends(int token) =>
        _options.StopTokens.Contains(token) || (!_options.IgnoreEndOfGeneration && _session.Model.EndOfGenerationIds.Contains(token));

    private int Sample()
    {
        try
        {
            return _sampler.Sample(_session.Logits[.._vocabulary], _session.Tokens);
        }
        catch (NonFiniteLogitsException e) when (e.File is null)
        {
            throw new NonFiniteLogitsException($"{_session.Model.FilePath}: {e.Message}", _session.Model.FilePath) { TokenId = e.TokenId };
        }
    }

    private void Finish(StopReason reason)
    {
        _ended = true;
        _session.SetStopReason(reason);
    }

    private bool End(StopReason reason)
    {
        Finish(reason);
        var rest = _stop.Append(_decoder!.Flush()) + _stop.Flush();
        Current = new GeneratedPiece(rest, NoToken, 0f);
        return rest.Length > 0;
    }
}
