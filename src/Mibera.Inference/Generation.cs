using Mibera.Inference.Sampling;
using Mibera.Inference.Tokenization;

namespace Mibera.Inference;

/// <summary>The loop of one generation: sample, detokenize, stop, append.</summary>
internal sealed class Generation(InferenceSession session, GenerationOptions options)
{
    private readonly SamplerChain _sampler = new(options, session.Model.VocabularySize);
    private readonly StopStringMatcher _stop = new(options.StopStrings);
    private TokenDecoder? _decoder;
    private int _generated;
    private bool _ended;

    private const int NoToken = -1;

    public GeneratedPiece Current { get; private set; }

    /// <summary>Runs the prompt through the model.</summary>
    public void Begin(ReadOnlySpan<int> prompt, CancellationToken cancellationToken)
    {
        session.SetStopReason(StopReason.None);
        if (prompt.IsEmpty && session.Position == 0)
            throw new ArgumentException("There is nothing to continue: the prompt is empty and the model adds no BOS token.", nameof(prompt));
        session.Push(prompt);
        _decoder = session.Model.Tokenizer.CreateDecoder(AtStart(), skipSpecial: !options.ShowSpecial);
        session.Compute(null, cancellationToken);
    }

    /// <summary>Whether nothing but a BOS token comes before: the text then begins here, without SentencePiece's space.</summary>
    private bool AtStart()
    {
        foreach (var token in session.Tokens)
        {
            if (!session.Model.Tokenizer.IsControl(token))
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
        if (_generated == options.MaxTokens)
            return End(StopReason.MaxTokens);
        session.Compute(null, cancellationToken);
        if (session.Position == session.ContextLength)
            return End(StopReason.ContextFull);
        var token = _sampler.Sample(session.Logits, session.Tokens);
        if (!options.IgnoreEndOfGeneration && session.Model.EndOfGenerationIds.Contains(token))
            return End(StopReason.EndOfGeneration);
        session.Push([token]);
        _generated++;
        Current = new GeneratedPiece(_stop.Append(_decoder!.Append(token)), token, _sampler.LastLogProbability);
        if (_stop.Matched is not null)
            Finish(StopReason.StopString);
        return true;
    }

    private void Finish(StopReason reason)
    {
        _ended = true;
        session.SetStopReason(reason);
    }

    private bool End(StopReason reason)
    {
        Finish(reason);
        var rest = _stop.Append(_decoder!.Flush()) + _stop.Flush();
        Current = new GeneratedPiece(rest, NoToken, 0f);
        return rest.Length > 0;
    }
}
