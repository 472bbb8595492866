namespace Mibera.Inference;

/// <summary>Making room in a full context.</summary>
public sealed partial class InferenceSession
{
    private long _discarded;

    /// <summary>
    /// Forgets <paramref name="count"/> tokens from <paramref name="start"/> on; those behind move up. Their cached keys turn to
    /// the new positions; nothing is computed anew (but where LongRoPE's factors change with the length, everything is), so what
    /// remains still carries traces of what was forgotten.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The session has no such tokens.</exception>
    public void Discard(int start, int count)
    {
        Enter();
        try
        {
            DiscardTokens(start, count);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary><see cref="Discard"/> within a generation.</summary>
    internal void DiscardTokens(int start, int count)
    {
        UseMemory((start, count), (range, _) => _sequence.Discard(range.start, range.count), CancellationToken.None);
        _discarded += count;
    }

    /// <summary><see cref="Truncate"/> within a generation.</summary>
    internal void TruncateTokens(int position) => _sequence.Truncate(position);

    /// <summary>Drops half of what follows the first <paramref name="keep"/> tokens; false if there is nothing to drop.</summary>
    internal bool DiscardHalf(int keep)
    {
        var dropped = Math.Min(Position - keep, Math.Max(1, (Position - keep) / 2));
        if (dropped <= 0)
            return false;
        DiscardTokens(keep, dropped);
        return true;
    }

    private Func<CancellationToken, bool>? RoomMaker(GenerationOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.KeepTokens, nameof(options));
        return options.ContextOverflow switch
        {
            ContextOverflow.Stop => null,
            ContextOverflow.Shift => _ => DiscardHalf(Kept(options)),
            _ => throw new ArgumentException("A text has no turns to drop: choose Stop or Shift, or use a chat.", nameof(options)),
        };
    }

    private int Kept(GenerationOptions options) =>
        Math.Max(options.KeepTokens, Tokens is [var first, ..] && first == _model.Tokenizer.BosId ? 1 : 0);
}
