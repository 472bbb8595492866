namespace Mibera.Inference.Models.Profiles;

/// <summary>
/// What is published of one model: the shapes by which it is recognized, and the values that shapes cannot show.
/// </summary>
internal sealed record ModelProfile
{
    public required string Name { get; init; }

    /// <summary>The label that a proper conversion carries.</summary>
    public required ModelArchitecture Architecture { get; init; }

    public required int Embedding { get; init; }

    /// <summary>Rows of the query, key and value projections together.</summary>
    public required int QkvRows { get; init; }

    public required int FeedForward { get; init; }

    /// <summary>Depth; fine-tunes may have more.</summary>
    public required int Layers { get; init; }

    /// <summary>Rows of the embedding; fine-tunes may have more or fewer.</summary>
    public required int Vocabulary { get; init; }

    public required int Heads { get; init; }

    public required int KvHeads { get; init; }

    public int Experts { get; init; }

    public required NormKind Norm { get; init; }

    public float NormEpsilon { get; init; } = 1e-5f;

    public float RopeBase { get; init; } = 10000f;

    public required int RopeDimensions { get; init; }

    public required int ContextLength { get; init; }

    /// <summary>Positions that a position sees, itself included; 0: all before it.</summary>
    public int SlidingWindow { get; init; }

    /// <summary>Positions before LongRoPE scaling; <see cref="ContextLength"/> without scaling.</summary>
    public int OriginalContext { get; init; }

    /// <summary>Factor on cos and sin as published, or 0 where it is computed from the contexts.</summary>
    public float AttentionFactor { get; init; }

    /// <summary>The published LongRoPE factors, or null where the model has none or they are not surely known.</summary>
    public LongRopeFactors? Factors { get; init; }

    /// <summary>Tokens that end a turn, by their text.</summary>
    public string[] EndOfGeneration { get; init; } = [];

    public int HeadDimension => Architecture == ModelArchitecture.PhiMoe ? 128 : Embedding / Heads;
}
