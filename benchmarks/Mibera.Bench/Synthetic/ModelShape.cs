namespace Mibera.Bench.Synthetic;

/// <summary>The dimensions of a published model, enough to write a file of its size and speed.</summary>
internal sealed record ModelShape
{
    /// <summary>The name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>Size class, for the file's <c>general.name</c>.</summary>
    public required string Size { get; init; }

    /// <summary>Layers with LayerNorm, biases and GELU in a parallel residual (arch <c>phi2</c>); else arch <c>phi3</c>: RMSNorm,
    /// no bias, fused gate over up.</summary>
    public bool IsPhi2 { get; init; }

    public required int Embedding { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int KvHeads { get; init; }

    public required int FeedForward { get; init; }

    public required int Vocabulary { get; init; }

    public int ContextLength { get; init; } = 4096;

    public float RopeBase { get; init; } = 10000f;

    /// <summary>Share of a head's dimensions that is rotated, as a count.</summary>
    public required int RopeDimensions { get; init; }

    /// <summary>Whether the embedding is the output projection, too.</summary>
    public bool TiedEmbedding { get; init; }

    /// <summary>Pre-tokenizer of the vocabulary.</summary>
    public string PreTokenizer { get; init; } = "gpt-2";

    public int HeadDimension => Embedding / Heads;

    public int QkvRows => (Heads + 2 * KvHeads) * HeadDimension;

    /// <summary>Rows of <c>ffn_up</c>: gate over up in phi3.</summary>
    public int UpRows => IsPhi2 ? FeedForward : 2 * FeedForward;
}
