using System.Globalization;
using Mibera.Inference.Numerics;
using Mibera.Inference.Sampling;

namespace Mibera.Inference.Models;

/// <summary>
/// Decides between hypotheses that no shape can tell apart: each predicts a short text, and the one that is less surprised
/// by it wins. The norm is settled first, then the base of the rotary frequencies.
/// </summary>
internal static class Probe
{
    // Plain prose of this project's own: any English language model predicts it far better than a network that normalizes
    // or rotates wrongly.
    public const string Text =
        "Once upon a time, there was a little boy who lived in a small house near the sea. Every morning he went to the beach "
        + "with his mother to look for shells. One day he saw a big red boat on the water. He was very happy and wanted to show it "
        + "to his mother. She smiled and said that it was a beautiful boat. They sat down on the sand and watched it together.";

    /// <summary>Tokens of the text that are used: a short prefill for a large model too.</summary>
    public const int MaxTokens = 96;

    /// <summary>The configuration of the winning hypotheses; every figure goes to the report.</summary>
    public static ModelConfig Decide(ConfigProposal proposal, ReadOnlySpan<int> tokens, Func<ModelConfig, Sequence> start, LoadReport report, CancellationToken cancellationToken)
    {
        var config = proposal.Config;
        if (tokens.Length < 2)
        {
            report.Add(LoadReportKind.Warning, "probe", "the vocabulary cannot express the text of the probe: the first hypothesis stands");
            return config;
        }
        if (proposal.Norms.Count > 1)
            config = Best([.. proposal.Norms.Select(n => config with { Norm = n })], c => c.Norm.ToString(), "norm", tokens, start, report, cancellationToken);
        if (proposal.RopeBases.Count > 1)
        {
            var candidates = proposal.RopeBases.Select(b => config with { Rope = config.Rope with { Base = b } });
            config = Best([.. candidates], c => $"base {c.Rope.Base.ToString(CultureInfo.InvariantCulture)}", "RoPE base", tokens, start, report, cancellationToken);
        }
        return config;
    }

    /// <summary>exp of the mean of -log p of each token after those before it.</summary>
    public static double Perplexity(Sequence sequence, ReadOnlySpan<int> tokens, CancellationToken cancellationToken)
    {
        var ids = tokens.ToArray();
        var sum = 0.0;
        sequence.Push(ids);
        sequence.Compute((position, logits) =>
        {
            if (position + 1 < ids.Length)
                sum -= LogProbabilities.Of(logits, ids[position + 1]);
        }, cancellationToken);
        return PortableMath.Exp(sum / (ids.Length - 1));
    }

    private static ModelConfig Best(
        ModelConfig[] candidates, Func<ModelConfig, string> name, string question, ReadOnlySpan<int> tokens,
        Func<ModelConfig, Sequence> start, LoadReport report, CancellationToken cancellationToken)
    {
        var best = candidates[0];
        var lowest = double.PositiveInfinity;
        var figures = new List<string>();
        foreach (var candidate in candidates)
        {
            using var sequence = start(candidate);
            var perplexity = Perplexity(sequence, tokens, cancellationToken);
            figures.Add($"{name(candidate)}: perplexity {perplexity.ToString("F4", CultureInfo.InvariantCulture)}");
            // A hypothesis that gives NaN never wins; if all do, the first one stands.
            if (perplexity < lowest)
                (best, lowest) = (candidate, perplexity);
        }
        report.Add(LoadReportKind.Probe, question, $"{name(best)} ({string.Join(", ", figures)})");
        return best;
    }
}
