using System.Text;

namespace Mibera.Run.Terminal;

/// <summary>What was typed: a key, or a pasted text.</summary>
internal readonly record struct Keystroke(ConsoleKeyInfo Key, string? Pasted);

/// <summary>
/// Keys, and pastes as a whole. Terminals put a paste between ESC [ 200 ~ and ESC [ 201 ~ where they are asked to (xterm's
/// "bracketed paste"); .NET hands these out key by key.
/// </summary>
internal sealed class KeyReader(IKeys keys)
{
    public const string AskForBrackets = "\e[?2004h", NoBrackets = "\e[?2004l";

    private const string Begin = "[200~", End = "\e[201~";

    private readonly Queue<ConsoleKeyInfo> _ahead = [];

    public bool IsKeyAvailable => _ahead.Count > 0 || keys.IsKeyAvailable;

    /// <summary>The next stroke; null at the end of input.</summary>
    public Keystroke? Read()
    {
        if (Next() is not { } key)
            return null;
        if (key.Key != ConsoleKey.Escape && !(key.KeyChar == '[' && key.Modifiers.HasFlag(ConsoleModifiers.Alt)))
            return new Keystroke(key, null);
        var expected = key.Key == ConsoleKey.Escape ? Begin : Begin[1..];
        return Follows(expected) ? new Keystroke(default, Paste()) : new Keystroke(key, null);
    }

    /// <summary>Whether exactly these characters have come behind a key; if so they are taken.</summary>
    private bool Follows(string expected)
    {
        var seen = new List<ConsoleKeyInfo>();
        while (seen.Count < expected.Length && IsKeyAvailable && Next() is { } key)
        {
            seen.Add(key);
            if (key.KeyChar != expected[seen.Count - 1])
                break;
        }
        if (seen.Count == expected.Length && seen[^1].KeyChar == expected[^1])
            return true;
        ConsoleKeyInfo[] rest = [.. _ahead];
        _ahead.Clear();
        foreach (var key in seen.Concat(rest))
            _ahead.Enqueue(key);
        return false;
    }

    private string Paste()
    {
        var text = new StringBuilder();
        while (Next() is { } key)
        {
            if (key.Key == ConsoleKey.Enter)
                text.Append('\n');
            else if (key.Modifiers.HasFlag(ConsoleModifiers.Alt) && key.KeyChar != 0)
                text.Append('\e').Append(key.KeyChar);
            else if (key.KeyChar != 0)
                text.Append(key.KeyChar);
            if (key.KeyChar == '~' && text.Length >= End.Length && text.ToString(text.Length - End.Length, End.Length) == End)
                return Plain(text.ToString(0, text.Length - End.Length));
        }
        return Plain(text.ToString());
    }

    /// <summary>Newlines as \n, tabs as blanks, no other control characters: they could not be shown.</summary>
    private static string Plain(string text) => string.Concat(text.ReplaceLineEndings("\n").Replace("\t", "    ", StringComparison.Ordinal)
        .Where(c => c == '\n' || !char.IsControl(c)));

    private ConsoleKeyInfo? Next() => _ahead.Count > 0 ? _ahead.Dequeue() : keys.Read();
}
