namespace Mibera.Inference.Models;

/// <summary>The weights of one layer, ready to multiply.</summary>
internal sealed class TransformerLayer
{
    public required NormWeights AttentionNorm { get; init; }

    /// <summary>Null: attention and feed-forward run in parallel on the attention norm's output.</summary>
    public required NormWeights? FeedForwardNorm { get; init; }

    public required Projection Qkv { get; init; }

    public required Projection AttentionOutput { get; init; }

    /// <summary>Null in a mixture of experts.</summary>
    public required Projection? Up { get; init; }

    public required Projection? Down { get; init; }

    /// <summary>Null in a dense model.</summary>
    public required ExpertWeights? Experts { get; init; }
}
