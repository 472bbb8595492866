namespace Mibera.Inference.Tokenization;

/// <summary>
/// GPT-2, phi-2: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>
/// </summary>
internal class Gpt2PreTokenizer : PreTokenizer
{
    /// <summary>Characters that an earlier expression has split off: the text of this one ends before them.</summary>
    protected virtual RuneClass Apart => 0;

    /// <inheritdoc/>
    public override int FirstPiece(ReadOnlySpan<byte> text)
    {
        var first = RuneClasses.First(text, out var length);
        if ((first & Apart) != 0) return PieceApart(text, length);
        if (EndOfContraction(text, 0, ignoreCase: false) is > 0 and var contraction) return contraction;

        if ((first & RuneClass.Space) == 0) return EndOfWord(text, 0, first);
        if (text[0] != ' ' || text.Length == 1) return EndOfSpaces(text, lineBreaks: false, Apart);
        var second = RuneClasses.First(text[1..], out _);
        return (second & (RuneClass.Space | Apart)) == 0
            ? EndOfWord(text, 1, second)
            : EndOfSpaces(text, lineBreaks: false, Apart);
    }

    /// <summary>The piece that begins with a character split off beforehand.</summary>
    /// <param name="text">The text.</param>
    /// <param name="length">Bytes of that character.</param>
    protected virtual int PieceApart(ReadOnlySpan<byte> text, int length) => length;

    private int EndOfWord(ReadOnlySpan<byte> text, int from, RuneClass first)
    {
        if ((first & RuneClass.Letter) != 0) return RuneClasses.EndOf(RuneClass.Letter, text, from);
        if ((first & RuneClass.Number) != 0) return RuneClasses.EndOf(RuneClass.Number, text, from);
        return RuneClasses.EndOfNone(RuneClasses.NotOther | Apart, text, from);
    }
}
