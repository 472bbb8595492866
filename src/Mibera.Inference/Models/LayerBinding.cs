namespace Mibera.Inference.Models;

/// <summary>Which tensors fill the roles of one layer.</summary>
internal sealed record LayerBinding
{
    public required NormBinding AttentionNorm { get; init; }

    /// <summary>Null: the feed-forward reads the attention norm's output, in parallel with attention (Phi-2).</summary>
    public required NormBinding? FeedForwardNorm { get; init; }

    /// <summary>Queries, keys, values.</summary>
    public required ProjectionBinding Qkv { get; init; }

    public required ProjectionBinding AttentionOutput { get; init; }

    /// <summary>Gate over up (SwiGLU), or up alone (GELU). Null in a mixture of experts.</summary>
    public required ProjectionBinding? Up { get; init; }

    public required ProjectionBinding? Down { get; init; }

    /// <summary>Null in a dense model.</summary>
    public required ExpertBinding? Experts { get; init; }
}
