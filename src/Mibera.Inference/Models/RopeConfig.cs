namespace Mibera.Inference.Models;

/// <summary>Rotary position embedding as the model wants it.</summary>
internal sealed record RopeConfig
{
    /// <summary>Theta, the base of the frequencies.</summary>
    public required float Base { get; init; }

    /// <summary>Rotated dimensions of a head, an even number; the others stay as they are.</summary>
    public required int Dimensions { get; init; }

    /// <summary>Pairs are neighbours (2i, 2i+1), as in llama files, instead of halves (i, i + Dimensions / 2).</summary>
    public bool Interleaved { get; init; }

    /// <summary>Divisors of the frequencies, one per pair, at every length; null: none.</summary>
    public float[]? Frequencies { get; init; }

    /// <summary>LongRoPE divisors for sequences longer than <see cref="OriginalContext"/>.</summary>
    public float[]? LongFactors { get; init; }

    /// <summary>LongRoPE divisors for sequences within <see cref="OriginalContext"/>.</summary>
    public float[]? ShortFactors { get; init; }

    /// <summary>Positions before scaling.</summary>
    public int OriginalContext { get; init; }

    /// <summary>Factor on cos and sin.</summary>
    public float AttentionFactor { get; init; } = 1f;

    /// <summary>Positions are divided by this (linear scaling, and YaRN's interpolation).</summary>
    public float ScalingFactor { get; init; } = 1f;

    /// <summary>YaRN's mix of extrapolation; 0: no YaRN.</summary>
    public float YarnExtFactor { get; init; }

    public float YarnBetaFast { get; init; } = 32f;

    public float YarnBetaSlow { get; init; } = 1f;

    /// <summary>Whether the factors depend on the length of the sequence.</summary>
    public bool DependsOnLength => LongFactors is not null && ShortFactors is not null && !LongFactors.AsSpan().SequenceEqual(ShortFactors);
}
