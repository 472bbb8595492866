namespace Mibera.Inference;

/// <summary>How texts become vectors.</summary>
public sealed record EmbeddingOptions
{
    /// <summary>How the hidden states of a text's tokens become one vector.</summary>
    public EmbeddingPooling Pooling { get; init; }

    /// <summary>Whether vectors have the length 1 (L2), so that their scalar product is the cosine of their angle.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>Whether a text gets the model's BOS token in front, where it has one.</summary>
    public bool AddBos { get; init; } = true;
}
