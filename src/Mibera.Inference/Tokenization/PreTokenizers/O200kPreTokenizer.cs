namespace Mibera.Inference.Tokenization;

/// <summary>
/// o200k (Phi-4-mini, <c>gpt-4o</c>), with U = <c>[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]</c>, W = <c>[\p{Ll}\p{Lm}\p{Lo}\p{M}]</c> and
/// C = <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)</c>:
/// <c>[^\r\n\p{L}\p{N}]?U*W+C?|[^\r\n\p{L}\p{N}]?U+W*C?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>;
/// Tekken (Mistral) differs in <c>\p{N}</c> and has no C.
/// </summary>
/// <param name="mostDigits">Number characters of a piece.</param>
/// <param name="contractions">Whether a contraction belongs to the word before it.</param>
internal sealed class O200kPreTokenizer(int mostDigits, bool contractions) : PreTokenizer
{
    /// <inheritdoc/>
    public override int FirstPiece(ReadOnlySpan<byte> text)
    {
        var first = RuneClasses.First(text, out var length);
        if (EndOfWord(text, first, length) is > 0 and var word)
            return contractions ? EndOfContraction(text, word, ignoreCase: true) : word;
        if ((first & RuneClass.Number) != 0) return EndOfNumbers(text, mostDigits);

        var symbols = text[0] == ' ' ? 1 : 0;
        var end = RuneClasses.EndOfNone(RuneClasses.NotOther, text, symbols);
        if (end == symbols) return EndOfSpaces(text, lineBreaks: true);
        while (end < text.Length && text[end] is (byte)'\r' or (byte)'\n' or (byte)'/') end++;
        return end;
    }

    // The four ways to match a word, in the expression's order; 0 where none does.
    private static int EndOfWord(ReadOnlySpan<byte> text, RuneClass first, int length)
    {
        var prefix = (first & (RuneClass.Letter | RuneClass.Number | RuneClass.LineBreak)) == 0;
        var after = prefix ? Scan(text, length) : default;
        if (after.Mixed > 0) return after.Mixed;

        // A combining mark may be the prefix, and U and W too.
        var here = (first & (RuneClass.Upper | RuneClass.Lower)) != 0 ? Scan(text, 0) : default;
        if (here.Mixed > 0) return here.Mixed;
        return after.Capitals > 0 ? after.Capitals : here.Capitals;
    }

    /// <summary>Ends of <c>U*W+</c> and of <c>U+W*</c>, the second only where the first does not match; 0 where none does.</summary>
    /// <remarks>
    /// After U* has taken all it can, what follows is lower case (W+ takes that) or does not belong to the word. Then U*
    /// gives back characters until one is in W too; W+ takes this one, and the next is not in W, or it would be the last.
    /// </remarks>
    private static (int Mixed, int Capitals) Scan(ReadOnlySpan<byte> text, int from)
    {
        var (end, both) = (from, 0);
        while (end < text.Length)
        {
            var found = RuneClasses.First(text[end..], out var length);
            if ((found & RuneClass.Upper) == 0) break;
            end += length;
            if ((found & RuneClass.Lower) != 0) both = end;
        }

        var lower = RuneClasses.EndOf(RuneClass.Lower, text, end);
        return lower > end ? (lower, 0) : both > 0 ? (both, 0) : (0, end > from ? end : 0);
    }
}
