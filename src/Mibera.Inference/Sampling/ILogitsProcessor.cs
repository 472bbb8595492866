namespace Mibera.Inference.Sampling;

/// <summary>The extension point of sampling: changes the logits of the next token.</summary>
public interface ILogitsProcessor
{
    /// <summary>Changes logits in place.</summary>
    /// <param name="tokens">The session's tokens so far.</param>
    /// <param name="logits">Logits [vocabulary] of the next one; negative infinity bans a token.</param>
    void Process(ReadOnlySpan<int> tokens, Span<float> logits);
}
