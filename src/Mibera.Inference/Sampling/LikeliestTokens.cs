namespace Mibera.Inference.Sampling;

/// <summary>The likeliest tokens of the model's own distribution.</summary>
/// <param name="count">How many.</param>
internal sealed class LikeliestTokens(int count)
{
    private readonly CandidateList _best = new(count);

    /// <param name="logits">[vocabulary], finite; at least as many as are wanted.</param>
    public TokenLogProbability[] Of(ReadOnlySpan<float> logits)
    {
        var normalizer = LogProbabilities.LogSumExp(logits);
        _best.FillWithBest(logits, count);
        var tokens = new TokenLogProbability[count];
        for (var i = 0; i < count; i++)
            tokens[i] = new TokenLogProbability(_best.Items[i].Id, (float)(_best.Items[i].Logit - normalizer));
        return tokens;
    }
}
