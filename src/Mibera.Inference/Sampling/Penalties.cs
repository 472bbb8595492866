namespace Mibera.Inference.Sampling;

/// <summary>Makes tokens of the recent past less likely.</summary>
internal sealed class Penalties(SamplingOptions options, int vocabulary)
{
    /// <summary>How often each token occurs in the window; all zeros between calls.</summary>
    private readonly int[] _counts = new int[vocabulary];

    public static bool AreOn(SamplingOptions options) => options.RepeatLastN != 0
        && (options.RepeatPenalty != 1 || options.FrequencyPenalty != 0 || options.PresencePenalty != 0);

    /// <param name="tokens">The tokens so far; ids outside the vocabulary are passed over.</param>
    /// <param name="logits">[vocabulary], changed in place.</param>
    public void Apply(ReadOnlySpan<int> tokens, Span<float> logits)
    {
        if (options.RepeatLastN >= 0 && options.RepeatLastN < tokens.Length) tokens = tokens[^options.RepeatLastN..];
        foreach (int token in tokens)
        {
            if ((uint)token < (uint)_counts.Length) _counts[token]++;
        }

        foreach (int token in tokens)
        {
            if ((uint)token >= (uint)_counts.Length || _counts[token] == 0) continue;
            float logit = logits[token];
            // Dividing a negative logit would make the token likelier, so it is multiplied.
            logit = logit <= 0 ? logit * options.RepeatPenalty : logit / options.RepeatPenalty;
            logits[token] = logit - (_counts[token] * options.FrequencyPenalty) - options.PresencePenalty;
            _counts[token] = 0;
        }
    }
}
