namespace Mibera.Inference.Sampling;

/// <summary>
/// How the next token is chosen. The steps run in llama.cpp's default order: logits processors, logit bias, penalties,
/// top-k, typical, top-p, min-p, temperature, and a draw. The defaults are llama-cli's.
/// </summary>
public record SamplingOptions
{
    /// <summary>Divides the logits; 0: always the likeliest token.</summary>
    public float Temperature { get; init; } = 0.8f;

    /// <summary>Keep the k likeliest tokens; 0: all.</summary>
    public int TopK { get; init; } = 40;

    /// <summary>Keep the fewest tokens whose probabilities add up to this; 1: all.</summary>
    public float TopP { get; init; } = 0.95f;

    /// <summary>Drop tokens whose probability is below this share of the likeliest one's; 0: none.</summary>
    public float MinP { get; init; } = 0.05f;

    /// <summary>Keep the tokens nearest to the expected information, up to this probability; 1: all. Source: Meister et al.,
    /// 2022, arXiv:2202.00666.</summary>
    public float TypicalP { get; init; } = 1f;

    /// <summary>Divides positive and multiplies negative logits of recent tokens; 1: off. Source: Keskar et al., 2019,
    /// arXiv:1909.05858.</summary>
    public float RepeatPenalty { get; init; } = 1f;

    /// <summary>Taken off a logit for each recent occurrence of its token.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Taken off the logit of every recent token, once.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Tokens that count as recent; 0: none, -1: all of the session.</summary>
    public int RepeatLastN { get; init; } = 64;

    /// <summary>Added to the logits of single tokens; negative infinity bans one.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>The same seed, prompt and options give the same text, everywhere; null: another one each time.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Run in order on the logits before everything else.</summary>
    public IReadOnlyList<ILogitsProcessor> LogitsProcessors { get; init; } = [];

    /// <summary>Refuses values outside the ranges above.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is NaN or out of range, or a bias is for no token of the vocabulary.</exception>
    internal void Validate(int vocabulary)
    {
        Require(Temperature >= 0f && float.IsFinite(Temperature), nameof(Temperature), Temperature, "0 or a positive number");
        Require(TopK >= 0, nameof(TopK), TopK, "0 or a positive number");
        Require(TopP is >= 0f and <= 1f, nameof(TopP), TopP, "a number from 0 to 1");
        Require(MinP is >= 0f and <= 1f, nameof(MinP), MinP, "a number from 0 to 1");
        Require(TypicalP is >= 0f and <= 1f, nameof(TypicalP), TypicalP, "a number from 0 to 1");
        Require(RepeatPenalty > 0f && float.IsFinite(RepeatPenalty), nameof(RepeatPenalty), RepeatPenalty, "a positive number");
        Require(float.IsFinite(FrequencyPenalty), nameof(FrequencyPenalty), FrequencyPenalty, "a number");
        Require(float.IsFinite(PresencePenalty), nameof(PresencePenalty), PresencePenalty, "a number");
        Require(RepeatLastN >= -1, nameof(RepeatLastN), RepeatLastN, "-1, 0 or a positive number");
        foreach (var (id, bias) in LogitBias)
            Require(id >= 0 && id < vocabulary && bias < float.PositiveInfinity, nameof(LogitBias), (id, bias),
                $"token ids from 0 to {vocabulary - 1} with numbers or negative infinity");
    }

    private static void Require(bool condition, string name, object value, string expected)
    {
        if (!condition)
            throw new ArgumentOutOfRangeException(name, value, $"Expected {expected}.");
    }
}
