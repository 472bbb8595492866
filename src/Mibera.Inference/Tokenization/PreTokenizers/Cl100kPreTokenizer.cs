namespace Mibera.Inference.Tokenization;

/// <summary>
/// cl100k (Phi-4, <c>dbrx</c>) and Llama 3:
/// <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>;
/// Qwen 2 differs in <c>\p{N}</c>.
/// </summary>
/// <param name="mostDigits">Number characters of a piece.</param>
internal sealed class Cl100kPreTokenizer(int mostDigits) : PreTokenizer
{
    /// <inheritdoc/>
    public override int FirstPiece(ReadOnlySpan<byte> text)
    {
        if (EndOfContraction(text, 0, ignoreCase: true) is > 0 and var contraction) return contraction;

        var first = RuneClasses.First(text, out var length);
        if ((first & RuneClass.Letter) != 0) return RuneClasses.EndOf(RuneClass.Letter, text, length);
        if ((first & RuneClass.Number) != 0) return EndOfNumbers(text, mostDigits);

        var second = RuneClasses.At(text, length);
        if ((first & RuneClass.LineBreak) == 0 && (second & RuneClass.Letter) != 0)
            return RuneClasses.EndOf(RuneClass.Letter, text, length);

        var symbols = text[0] == ' ' ? 1 : 0;
        var end = RuneClasses.EndOfNone(RuneClasses.NotOther, text, symbols);
        return end > symbols ? RuneClasses.EndOf(RuneClass.LineBreak, text, end) : EndOfSpaces(text, lineBreaks: true);
    }
}
