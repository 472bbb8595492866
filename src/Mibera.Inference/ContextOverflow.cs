namespace Mibera.Inference;

/// <summary>What happens when a text or a conversation has no room left in its context. Nothing is ever dropped silently: the
/// statistics say what was.</summary>
public enum ContextOverflow
{
    /// <summary>Generation ends with <see cref="StopReason.ContextFull"/>; a prompt that does not fit is refused.</summary>
    Stop,

    /// <summary>A conversation forgets its oldest turns, whole ones, and what remains is read anew: from there on the answer goes
    /// on as the shorter conversation's would. A text has no turns, so this is for chats only.</summary>
    TruncateOldestTurns,

    /// <summary>
    /// The beginning is kept (<see cref="GenerationOptions.KeepTokens"/>, in a chat the system prompt), half of the rest is dropped, and the
    /// cached keys of what remains turn back to their new positions. Fast, but an approximation: the remaining keys and values
    /// still carry traces of what was dropped.
    /// </summary>
    Shift,
}
