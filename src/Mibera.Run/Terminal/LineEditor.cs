namespace Mibera.Run.Terminal;

/// <summary>How an input ended.</summary>
internal enum InputEnd
{
    /// <summary>With Enter.</summary>
    Entered,

    /// <summary>With Ctrl-C on an empty line.</summary>
    Interrupted,

    /// <summary>With Ctrl-D on an empty line, or the terminal is gone.</summary>
    Closed,
}

/// <summary>
/// Reads a message from the keyboard: one line, several with a backslash at their ends or between triple quotation marks, or
/// whatever is pasted.
/// </summary>
internal sealed class LineEditor(IKeys keys, Func<LineView> view)
{
    private const string Quotes = "\"\"\"";

    private readonly KeyReader _reader = new(keys);
    private readonly History _history = new();

    public (InputEnd End, string Text) Read()
    {
        var (buffer, drawn) = (new EditBuffer(), view());
        drawn.Draw("", 0);
        while (true)
        {
            if (_reader.Read() is not { } stroke)
                return (InputEnd.Closed, "");
            if (stroke.Pasted is { } pasted)
                buffer.Insert(pasted);
            else if (Ends(stroke.Key, buffer) is { } end)
                return Finish(end, buffer, drawn);
            else if (IsControl(stroke.Key, ConsoleKey.C))
                Discard(buffer, drawn);
            else if (stroke.Key is { Key: ConsoleKey.L, Modifiers: ConsoleModifiers.Control })
                drawn.ClearScreen();
            else
                Apply(stroke.Key, buffer);
            // A long paste is drawn once.
            if (!_reader.IsKeyAvailable)
                drawn.Draw(buffer.Text, buffer.Cursor);
        }
    }

    /// <summary>The message that is meant: without the quotation marks around it.</summary>
    internal static string Unquote(string text)
    {
        var trimmed = text.Trim();
        return trimmed.Length >= 2 * Quotes.Length && trimmed.StartsWith(Quotes, StringComparison.Ordinal) && trimmed.EndsWith(Quotes, StringComparison.Ordinal)
            ? trimmed[Quotes.Length..^Quotes.Length].Trim('\n')
            : text;
    }

    private static InputEnd? Ends(ConsoleKeyInfo key, EditBuffer buffer)
    {
        if (buffer.Text.Length == 0 && IsControl(key, ConsoleKey.C))
            return InputEnd.Interrupted;
        if (buffer.Text.Length == 0 && IsControl(key, ConsoleKey.D))
            return InputEnd.Closed;
        if (key.Key != ConsoleKey.Enter || (key.Modifiers & (ConsoleModifiers.Alt | ConsoleModifiers.Shift)) != 0)
            return null;
        return IsOpen(buffer.Text) || EndsWithBackslash(buffer) ? null : InputEnd.Entered;
    }

    private static bool IsControl(ConsoleKeyInfo key, ConsoleKey letter) =>
        key.Key == letter && key.Modifiers.HasFlag(ConsoleModifiers.Control);

    private static bool IsOpen(string text)
    {
        var trimmed = text.Trim();
        return trimmed.StartsWith(Quotes, StringComparison.Ordinal)
            && !(trimmed.Length >= 2 * Quotes.Length && trimmed.EndsWith(Quotes, StringComparison.Ordinal));
    }

    private static bool EndsWithBackslash(EditBuffer buffer) => buffer.Cursor == buffer.Text.Length && buffer.Text.EndsWith('\\');

    private (InputEnd, string) Finish(InputEnd end, EditBuffer buffer, LineView drawn)
    {
        drawn.Finish(buffer.Text);
        if (end != InputEnd.Entered)
            return (end, "");
        _history.Add(buffer.Text);
        return (end, Unquote(buffer.Text));
    }

    /// <summary>As a shell does: what was begun stays above, and a new line begins.</summary>
    private void Discard(EditBuffer buffer, LineView drawn)
    {
        _history.Leave();
        drawn.Finish(buffer.Text);
        buffer.Set("");
    }

    private void Apply(ConsoleKeyInfo key, EditBuffer buffer)
    {
        if (key.Modifiers.HasFlag(ConsoleModifiers.Control))
            ApplyControl(key, buffer);
        else if (key.Key == ConsoleKey.Enter)
            NewLine(buffer);
        else if (!ApplyMove(key, buffer) && !char.IsControl(key.KeyChar) && !key.Modifiers.HasFlag(ConsoleModifiers.Alt))
            buffer.Insert(key.KeyChar.ToString());
    }

    private static void NewLine(EditBuffer buffer)
    {
        if (EndsWithBackslash(buffer))
            buffer.Backspace();
        buffer.Insert("\n");
    }

    private static void ApplyControl(ConsoleKeyInfo key, EditBuffer buffer)
    {
        Action? action = key.Key switch
        {
            ConsoleKey.A => buffer.Home,
            ConsoleKey.E => buffer.End,
            ConsoleKey.B => buffer.Left,
            ConsoleKey.F => buffer.Right,
            ConsoleKey.D => buffer.Delete,
            ConsoleKey.H => buffer.Backspace,
            ConsoleKey.K => buffer.DeleteToEnd,
            ConsoleKey.U => buffer.DeleteToStart,
            ConsoleKey.W or ConsoleKey.Backspace => buffer.DeleteWord,
            ConsoleKey.LeftArrow => buffer.WordLeft,
            ConsoleKey.RightArrow => buffer.WordRight,
            ConsoleKey.J or ConsoleKey.Enter => () => buffer.Insert("\n"),
            _ => null,
        };
        action?.Invoke();
    }

    private bool ApplyMove(ConsoleKeyInfo key, EditBuffer buffer)
    {
        Action? action = key.Key switch
        {
            ConsoleKey.LeftArrow => buffer.Left,
            ConsoleKey.RightArrow => buffer.Right,
            ConsoleKey.Home => buffer.Home,
            ConsoleKey.End => buffer.End,
            ConsoleKey.Backspace => buffer.Backspace,
            ConsoleKey.Delete => buffer.Delete,
            ConsoleKey.UpArrow => () => Recall(buffer, buffer.Up() ? null : _history.Back(buffer.Text)),
            ConsoleKey.DownArrow => () => Recall(buffer, buffer.Down() ? null : _history.Forth()),
            _ => null,
        };
        action?.Invoke();
        return action is not null;
    }

    private static void Recall(EditBuffer buffer, string? text)
    {
        if (text is not null)
            buffer.Set(text);
    }
}
