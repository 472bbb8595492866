namespace Mibera.Inference.Chat;

/// <summary>What an answer took, or all answers of a conversation.</summary>
public readonly record struct ChatStatistics
{
    /// <summary>Tokens of the rendered conversation that the answer continued, those that were dropped not counted.</summary>
    public long PromptTokens { get; init; }

    /// <summary>How many of them were in the KV cache already.</summary>
    public long ReusedTokens { get; init; }

    /// <summary>Tokens that were read: the others, and those that were read anew because older turns were dropped.</summary>
    public long PrefillTokens { get; init; }

    /// <summary>Time to read them; the answer's first token comes with it.</summary>
    public TimeSpan PrefillTime { get; init; }

    /// <summary>Tokens of the answer.</summary>
    public long GeneratedTokens { get; init; }

    /// <summary>Tokens that went through the model one at a time: those of answers but for the last one of each.</summary>
    public long DecodeTokens { get; init; }

    /// <summary>Time that these took.</summary>
    public TimeSpan DecodeTime { get; init; }

    /// <summary>Messages that <see cref="ContextOverflow.TruncateOldestTurns"/> took out of the context.</summary>
    public int DroppedMessages { get; init; }

    /// <summary>Tokens that <see cref="ContextOverflow.Shift"/> dropped.</summary>
    public long DiscardedTokens { get; init; }

    /// <summary>Why the answer ended; of several the last one's reason.</summary>
    public StopReason StopReason { get; init; }

    /// <summary>The seed that it was drawn with, given or chosen; of several answers the last one's. Null if none was begun.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Tokens read per second, or 0.</summary>
    public double PrefillTokensPerSecond => PrefillTime > TimeSpan.Zero ? PrefillTokens / PrefillTime.TotalSeconds : 0;

    /// <summary>Tokens generated per second, or 0.</summary>
    public double DecodeTokensPerSecond => DecodeTime > TimeSpan.Zero ? DecodeTokens / DecodeTime.TotalSeconds : 0;

    internal ChatStatistics Plus(ChatStatistics next) => new()
    {
        PromptTokens = PromptTokens + next.PromptTokens,
        ReusedTokens = ReusedTokens + next.ReusedTokens,
        PrefillTokens = PrefillTokens + next.PrefillTokens,
        PrefillTime = PrefillTime + next.PrefillTime,
        GeneratedTokens = GeneratedTokens + next.GeneratedTokens,
        DecodeTokens = DecodeTokens + next.DecodeTokens,
        DecodeTime = DecodeTime + next.DecodeTime,
        DroppedMessages = DroppedMessages + next.DroppedMessages,
        DiscardedTokens = DiscardedTokens + next.DiscardedTokens,
        StopReason = next.StopReason,
        Seed = next.Seed,
    };
}
