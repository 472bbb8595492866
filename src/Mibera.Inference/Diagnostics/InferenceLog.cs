using Microsoft.Extensions.Logging;

namespace Mibera.Inference.Diagnostics;

/// <summary>What the library tells a host's log. Never a word of a prompt or an answer.</summary>
internal static partial class InferenceLog
{
    [LoggerMessage(1, LogLevel.Information, "Loaded {File} in {Seconds:F2} s: {Threads} threads, context {Context}")]
    public static partial void ModelLoaded(this ILogger logger, string file, double seconds, int threads, int context);

    [LoggerMessage(2, LogLevel.Warning, "{File}: {Entry}")]
    public static partial void LoadNote(this ILogger logger, string file, LoadReportEntry entry);

    [LoggerMessage(3, LogLevel.Debug, "Session opened: {Positions} positions, {Bytes} bytes")]
    public static partial void SessionOpened(this ILogger logger, int positions, long bytes);

    [LoggerMessage(4, LogLevel.Debug, "Generation ended: {Reason}, {Tokens} tokens in the session, seed {Seed}")]
    public static partial void GenerationEnded(this ILogger logger, StopReason reason, int tokens, ulong? seed);
}
