using System.Globalization;
using System.Text;
using Spectre.Console;

namespace Mibera.Run.Terminal;

/// <summary>
/// Draws the text being edited: behind a prompt, over as many rows as it needs. Rows are broken here, not by the terminal,
/// so that the cursor's place is known; a character of two cells does not cross the margin.
/// </summary>
internal sealed class LineView(TextWriter output, string prompt, string styledPrompt, Func<int> width)
{
    private int _cursorRow;

    /// <summary>Draws the text anew, over what was drawn before.</summary>
    public void Draw(string text, int cursor)
    {
        var frame = new StringBuilder();
        if (_cursorRow > 0)
            frame.Append(CultureInfo.InvariantCulture, $"\e[{_cursorRow}A");
        frame.Append("\r\e[J").Append(styledPrompt);
        var columns = Math.Max(width(), prompt.Length + 3);
        var (row, column, at) = (0, prompt.Length, (Row: 0, Column: prompt.Length));
        for (var i = 0; i < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text, i);
            var element = text.Substring(i, length);
            var cells = element == "\n" ? 0 : element.GetCellWidth();
            if (element == "\n" || column + cells > columns)
                NewRow();
            if (i == cursor)
                at = element == "\n" ? at : (row, column);
            if (element != "\n")
                (_, column) = (frame.Append(element), column + cells);
            i += length;
            if (i == cursor)
            {
                if (column >= columns)
                    NewRow();
                at = (row, column);
            }
        }
        if (row > at.Row)
            frame.Append(CultureInfo.InvariantCulture, $"\e[{row - at.Row}A");
        frame.Append('\r');
        if (at.Column > 0)
            frame.Append(CultureInfo.InvariantCulture, $"\e[{at.Column}C");
        _cursorRow = at.Row;
        output.Write(frame);

        void NewRow()
        {
            // Continuations stand under the text, not under the prompt.
            frame.Append("\r\n").Append(' ', prompt.Length);
            (row, column) = (row + 1, prompt.Length);
        }
    }

    /// <summary>Leaves what is drawn; the next text begins below it.</summary>
    public void Finish(string text)
    {
        Draw(text, text.Length);
        output.Write("\r\n");
        _cursorRow = 0;
    }

    /// <summary>Empties the screen; the next drawing begins at its top.</summary>
    public void ClearScreen()
    {
        output.Write("\e[2J\e[H");
        _cursorRow = 0;
    }
}
