namespace Mibera.Run.Terminal;

/// <summary>What was entered before, newest last; while one walks through it, the text that was begun is kept.</summary>
internal sealed class History
{
    private readonly List<string> _entries = [];
    private int _at;
    private string _begun = "";

    public void Add(string text)
    {
        if (text.Trim().Length > 0 && (_entries.Count == 0 || _entries[^1] != text))
            _entries.Add(text);
        Leave();
    }

    /// <summary>Back to a new line.</summary>
    public void Leave() => (_at, _begun) = (_entries.Count, "");

    /// <summary>The entry before, or null at the oldest one.</summary>
    public string? Back(string current)
    {
        if (_at == 0)
            return null;
        if (_at == _entries.Count)
            _begun = current;
        return _entries[--_at];
    }

    /// <summary>The entry after, at last the text that was begun; null there.</summary>
    public string? Forth()
    {
        if (_at == _entries.Count)
            return null;
        return ++_at == _entries.Count ? _begun : _entries[_at];
    }
}
