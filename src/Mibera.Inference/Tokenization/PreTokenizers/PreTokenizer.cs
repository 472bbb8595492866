namespace Mibera.Inference.Tokenization;

/// <summary>
/// Cuts a text into the pieces that byte-pair encoding treats one by one. The published tokenizers define the cut by a
/// regular expression; each class here is that expression written as a scanner: linear in the text whatever it holds.
/// </summary>
/// <remarks>
/// Every expression is a list of alternatives of which the first that matches wins, and together they match everything,
/// so that a text is the concatenation of its pieces.
/// </remarks>
internal abstract class PreTokenizer
{
    /// <summary>Bytes of the first piece of <paramref name="text"/>: at least 1.</summary>
    /// <param name="text">UTF-8, not empty. Bytes that are no UTF-8 count as symbols.</param>
    public abstract int FirstPiece(ReadOnlySpan<byte> text);

    /// <summary><c>'s|'t|'re|'ve|'m|'ll|'d</c> at <paramref name="at"/>: its end, or <paramref name="at"/> itself.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where the apostrophe should be.</param>
    /// <param name="ignoreCase">Whether <c>(?i: )</c> stands around it.</param>
    protected static int EndOfContraction(ReadOnlySpan<byte> text, int at, bool ignoreCase)
    {
        if (at + 1 >= text.Length || text[at] != '\'') return at;
        var first = Fold(text[at + 1]);
        if (first is 's' or 't' or 'm' or 'd') return at + 2;

        // The long s is an s to an engine that ignores case.
        if (ignoreCase && text[(at + 1)..].StartsWith("\u017F"u8)) return at + 3;

        var second = at + 2 < text.Length ? Fold(text[at + 2]) : 0;
        return (first, second) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? at + 3 : at;

        int Fold(byte b) => ignoreCase && b is >= (byte)'A' and <= (byte)'Z' ? b | 0x20 : b;
    }

    /// <summary>
    /// <c>\s+(?!\S)|\s+</c>: all of a run of spaces at the end of the text; elsewhere all but the last, which belongs to
    /// what follows. With <paramref name="lineBreaks"/>, <c>\s*[\r\n]+</c> before it: up to the last line break.
    /// </summary>
    /// <param name="text">Text that begins with a space.</param>
    /// <param name="lineBreaks">Whether line breaks end a piece.</param>
    /// <param name="apart">Classes that were split off beforehand, so that the text ends before them.</param>
    protected static int EndOfSpaces(ReadOnlySpan<byte> text, bool lineBreaks, RuneClass apart = 0)
    {
        var (end, last, lineBreak) = (0, 0, 0);
        while (end < text.Length)
        {
            var found = RuneClasses.First(text[end..], out var length);
            if ((found & RuneClass.Space) == 0) break;
            last = end;
            end += length;
            if ((found & RuneClass.LineBreak) != 0) lineBreak = end;
        }

        if (lineBreaks && lineBreak > 0) return lineBreak;
        if (end == text.Length || (RuneClasses.At(text, end) & apart) != 0) return end;
        return last > 0 ? last : end;
    }

    /// <summary><c>\p{N}{1,n}</c></summary>
    protected static int EndOfNumbers(ReadOnlySpan<byte> text, int most)
    {
        var end = 0;
        for (var i = 0; i < most && end < text.Length; i++)
        {
            if ((RuneClasses.First(text[end..], out var length) & RuneClass.Number) == 0) break;
            end += length;
        }

        return end;
    }
}
