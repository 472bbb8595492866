namespace Mibera.Inference;

/// <summary>What a session has done since it was created.</summary>
public readonly record struct SessionStatistics
{
    /// <summary>Tokens that went through the model as a prompt.</summary>
    public long PrefillTokens { get; init; }

    /// <summary>Time spent on them.</summary>
    public TimeSpan PrefillTime { get; init; }

    /// <summary>Tokens that went through the model one at a time.</summary>
    public long DecodeTokens { get; init; }

    /// <summary>Time spent on them.</summary>
    public TimeSpan DecodeTime { get; init; }

    /// <summary>How often the whole sequence was computed anew: it crossed LongRoPE's original context, or a sliding-window model's
    /// session was cut back to where its cache, which keeps little more than the window, holds nothing any more.</summary>
    public int Recomputations { get; init; }

    /// <summary>Tokens that were dropped from the middle to make room, see <see cref="ContextOverflow.Shift"/>.</summary>
    public long DiscardedTokens { get; init; }

    /// <summary>Why the last generation ended.</summary>
    public StopReason StopReason { get; init; }

    /// <summary>The seed of the last generation, given or chosen: the same prompt and options give the same text with it. Null before
    /// the first one.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Prompt tokens per second, or 0.</summary>
    public double PrefillTokensPerSecond => PrefillTime > TimeSpan.Zero ? PrefillTokens / PrefillTime.TotalSeconds : 0;

    /// <summary>Generated tokens per second, or 0.</summary>
    public double DecodeTokensPerSecond => DecodeTime > TimeSpan.Zero ? DecodeTokens / DecodeTime.TotalSeconds : 0;
}
