using System.Globalization;

namespace Mibera.Run.Terminal;

/// <summary>A text of one or more lines and a cursor in it. Moves by what the eye takes for characters.</summary>
internal sealed class EditBuffer
{
    public string Text { get; private set; } = "";

    /// <summary>UTF-16 units before the cursor.</summary>
    public int Cursor { get; private set; }

    public void Set(string text) => (Text, Cursor) = (text, text.Length);

    public void Insert(string text) => (Text, Cursor) = (Text.Insert(Cursor, text), Cursor + text.Length);

    public void Left() => Cursor = Previous(Cursor);

    public void Right() => Cursor = Next(Cursor);

    public void Home() => Cursor = LineStart(Cursor);

    public void End() => Cursor = LineEnd(Cursor);

    public void WordLeft()
    {
        while (Cursor > 0 && char.IsWhiteSpace(Text[Cursor - 1]))
            Cursor--;
        while (Cursor > 0 && !char.IsWhiteSpace(Text[Cursor - 1]))
            Cursor--;
    }

    public void WordRight()
    {
        while (Cursor < Text.Length && char.IsWhiteSpace(Text[Cursor]))
            Cursor++;
        while (Cursor < Text.Length && !char.IsWhiteSpace(Text[Cursor]))
            Cursor++;
    }

    /// <summary>To the line above; false on the first line.</summary>
    public bool Up()
    {
        var start = LineStart(Cursor);
        if (start == 0)
            return false;
        Cursor = InLine(LineStart(start - 1), Cursor - start);
        return true;
    }

    /// <summary>To the line below; false on the last line.</summary>
    public bool Down()
    {
        var end = LineEnd(Cursor);
        if (end == Text.Length)
            return false;
        Cursor = InLine(end + 1, Cursor - LineStart(Cursor));
        return true;
    }

    public void Backspace() => Remove(Previous(Cursor), Cursor);

    public void Delete() => Remove(Cursor, Next(Cursor));

    public void DeleteWord()
    {
        var end = Cursor;
        WordLeft();
        Remove(Cursor, end);
    }

    public void DeleteToStart() => Remove(LineStart(Cursor), Cursor);

    public void DeleteToEnd() => Remove(Cursor, LineEnd(Cursor));

    private void Remove(int start, int end) => (Text, Cursor) = (Text.Remove(start, end - start), start);

    private int LineStart(int position) => position == 0 ? 0 : Text.LastIndexOf('\n', position - 1) + 1;

    private int LineEnd(int position) => Text.IndexOf('\n', position) is >= 0 and var end ? end : Text.Length;

    private int InLine(int start, int column) => Math.Min(start + column, LineEnd(start));

    private int Next(int position) => position == Text.Length ? position : position + StringInfo.GetNextTextElementLength(Text, position);

    private int Previous(int position)
    {
        // Text elements can only be told from their beginning.
        var (before, at) = (0, 0);
        while (at < position)
            (before, at) = (at, Next(at));
        return before;
    }
}
