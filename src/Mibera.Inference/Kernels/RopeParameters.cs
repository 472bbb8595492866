namespace Mibera.Inference.Kernels;

/// <summary>Which two elements of a head RoPE rotates together.</summary>
internal enum RopeOrder
{
    /// <summary>Element i with element i + dimensions / 2 (GPT-NeoX; the Phi family).</summary>
    Halves,

    /// <summary>Element 2i with element 2i + 1 (the llama architecture's files).</summary>
    Pairs,
}

/// <summary>What determines a model's rotations.</summary>
internal sealed record RopeParameters
{
    public required RopeOrder Order { get; init; }

    /// <summary>Rotated elements of a head, even; those behind them stay as they are.</summary>
    public required int Dimensions { get; init; }

    /// <summary><c>rope.freq_base</c>: pair i turns by base^(-2i / dimensions) radians a position.</summary>
    public required double Base { get; init; }

    /// <summary>Divisors of the frequencies [dimensions / 2] (<c>rope_factors_long</c>, <c>rope_factors_short</c>,
    /// <c>rope_freqs</c>), or null.</summary>
    public float[]? FrequencyFactors { get; init; }

    /// <summary>Multiplies every frequency: 1 / <c>rope.scaling.factor</c> where the scaling is linear or YaRN.</summary>
    public double FrequencyScale { get; init; } = 1;

    /// <summary>Multiplies cos and sin (<c>rope.scaling.attn_factor</c>).</summary>
    public double AttentionFactor { get; init; } = 1;

    /// <summary>YaRN's blend of scaled and unscaled frequencies, or null.</summary>
    public YarnParameters? Yarn { get; init; }
}

/// <summary>
/// YaRN (Peng et al., 2023, arXiv:2309.00071): fast pairs keep their frequency, slow ones are scaled, those between are
/// blended.
/// </summary>
/// <param name="OriginalContext">Positions that the model was trained with.</param>
/// <param name="ExtensionFactor">Weight of the unscaled frequency; 1 is the paper's.</param>
/// <param name="BetaFast">Turns over the original context above which a pair keeps its frequency.</param>
/// <param name="BetaSlow">Turns below which it is scaled wholly.</param>
internal sealed record YarnParameters(int OriginalContext, double ExtensionFactor = 1, double BetaFast = 32, double BetaSlow = 1);
