using System.Runtime.InteropServices;

namespace Mibera.Inference.Sampling;

/// <summary>Makes tokens of the recent text less likely.</summary>
internal sealed class Penalties(SamplingOptions options)
{
    private readonly Dictionary<int, int> _occurrences = [];
    private readonly bool _active = options.RepeatLastN != 0
        && (options.RepeatPenalty != 1f || options.FrequencyPenalty != 0f || options.PresencePenalty != 0f);

    public void Apply(ReadOnlySpan<int> tokens, Span<float> logits)
    {
        if (!_active)
            return;
        var recent = options.RepeatLastN < 0 ? tokens.Length : Math.Min(options.RepeatLastN, tokens.Length);
        _occurrences.Clear();
        foreach (var token in tokens[^recent..])
            CollectionsMarshal.GetValueRefOrAddDefault(_occurrences, token, out _)++;
        foreach (var (token, count) in _occurrences)
        {
            ref var logit = ref logits[token];
            logit = logit > 0f ? logit / options.RepeatPenalty : logit * options.RepeatPenalty;
            logit -= count * options.FrequencyPenalty + options.PresencePenalty;
        }
    }
}
