namespace Mibera.Inference.Models;

/// <summary>Everything the forward pass must know beside the weights, after all contradictions are settled.</summary>
internal sealed record ModelConfig
{
    public required ModelArchitecture Architecture { get; init; }

    public required int Layers { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int Embedding { get; init; }

    public required int Vocabulary { get; init; }

    public required int Heads { get; init; }

    public required int KvHeads { get; init; }

    public required int HeadDimension { get; init; }

    public required int FeedForward { get; init; }

    /// <summary>Experts of a layer; 0 for a dense model.</summary>
    public int Experts { get; init; }

    public int ExpertsUsed { get; init; }

    /// <summary>Positions the model was trained for.</summary>
    public required int ContextLength { get; init; }

    public required NormKind Norm { get; init; }

    public required float NormEpsilon { get; init; }

    public required RopeConfig Rope { get; init; }

    /// <summary>A position sees itself and this many less one before it; 0: all before it.</summary>
    public int SlidingWindow { get; init; }

    public int QueryWidth => Heads * HeadDimension;

    public int KvWidth => KvHeads * HeadDimension;
}
