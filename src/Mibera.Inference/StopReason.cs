namespace Mibera.Inference;

/// <summary>Why a generation ended.</summary>
public enum StopReason
{
    /// <summary>It has not ended.</summary>
    None,

    /// <summary>The model ended its answer.</summary>
    EndOfGeneration,

    /// <summary>One of the stop strings appeared.</summary>
    StopString,

    /// <summary>As many tokens as asked for.</summary>
    MaxTokens,

    /// <summary>The KV cache is full.</summary>
    ContextFull,

    /// <summary>The caller cancelled.</summary>
    Cancelled,
}
