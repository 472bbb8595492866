namespace Mibera.Inference.Chat;

/// <summary>
/// The tokens of a conversation, and which of them are in the session: all that were read so far, but for one stretch that
/// <see cref="ContextOverflow.Shift"/> may have dropped.
/// </summary>
internal sealed class ChatWindow(InferenceSession session)
{
    private readonly List<int> _tokens = [];
    private int _holeStart;
    private int _hole;

    /// <summary>Tokens of the conversation that are in the context, or will be.</summary>
    public int Length => _tokens.Count - _hole;

    /// <summary>How many tokens were dropped since the beginning.</summary>
    public long Dropped { get; private set; }

    /// <summary>
    /// Makes the session hold the beginning that it has in common with <paramref name="tokens"/>, and returns what is to be
    /// appended: at least one token, for its logits. With <paramref name="shift"/> older tokens behind the first
    /// <paramref name="keep"/> make room where less than <paramref name="room"/> would be left.
    /// </summary>
    /// <exception cref="ContextFullException">They do not fit.</exception>
    public int[] Take(int[] tokens, int keep, int room, bool shift)
    {
        var common = Common(tokens);
        session.Truncate(common - _hole);
        var excess = tokens.Length - _hole - (session.ContextLength - room);
        if (shift && excess > 0)
            Drop(keep, excess, room);
        if (tokens.Length - _hole >= session.ContextLength)
        {
            throw new ContextFullException(
                $"The conversation has {tokens.Length - _hole} tokens, the context {session.ContextLength} positions: no answer fits.");
        }
        Replace(tokens);
        return Missing();
    }

    /// <summary>Within a generation: exchanges the conversation for a shorter one, whose tokens are pushed.</summary>
    public void Exchange(int[] tokens)
    {
        var common = Common(tokens);
        session.TruncateTokens(common - _hole);
        Replace(tokens);
        session.Push(Missing());
    }

    /// <summary>Within a generation: drops half of what follows the first <paramref name="keep"/> tokens.</summary>
    public bool Shift(int keep)
    {
        var (start, before) = (_hole > 0 ? _holeStart : keep, session.Position);
        if (!session.DiscardHalf(start))
            return false;
        Widen(start, before - session.Position);
        return true;
    }

    /// <summary>Takes what the session holds, a loaded one say, for the beginning of the conversation.</summary>
    public void Adopt()
    {
        _tokens.Clear();
        _tokens.AddRange(session.Tokens);
        (_holeStart, _hole) = (0, 0);
    }

    /// <summary>The model generated a token.</summary>
    public void Append(int token) => _tokens.Add(token);

    private int Common(int[] tokens)
    {
        // A cancelled prompt may not have reached the session.
        var position = session.Position;
        var resident = Math.Min(_tokens.Count, position < _holeStart ? position : position + _hole);
        var common = tokens.AsSpan().CommonPrefixLength(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_tokens)[..resident]);
        common = Math.Min(common, tokens.Length - 1);
        if (_hole > 0 && common < _holeStart + _hole)
            (common, _hole) = (Math.Min(common, _holeStart), 0);
        return common;
    }

    private void Drop(int keep, int excess, int room)
    {
        var start = _hole > 0 ? _holeStart : keep;
        if (start >= session.ContextLength - room)
            throw new ContextFullException($"The {start} tokens to keep leave no room in a context of {session.ContextLength} positions.");
        var cached = session.Position - start;
        if (cached > 0)
        {
            var dropped = Math.Min(cached, Math.Max(excess, cached / 2));
            session.Discard(start, dropped);
            Widen(start, dropped);
            excess -= dropped;
        }
        // What is not in the cache yet need not be read at all.
        Widen(start, Math.Max(0, excess));
    }

    private void Widen(int start, int dropped) => (_holeStart, _hole, Dropped) = (start, _hole + dropped, Dropped + dropped);

    private void Replace(int[] tokens)
    {
        _tokens.Clear();
        _tokens.AddRange(tokens);
    }

    private int[] Missing()
    {
        var position = session.Position;
        var from = Math.Max(position, _holeStart);
        return _hole > 0
            ? [.. _tokens[Math.Min(position, _holeStart).._holeStart], .. _tokens[(from + _hole)..]]
            : [.. _tokens[position..]];
    }
}
