namespace Mibera.Inference.Tokenization;

/// <summary>
/// What llama.cpp does for <c>default</c>, four expressions one after the other on the pieces of the one before:
/// <c>[\p{P}\$\+&lt;=>\^~\|]+</c>, GPT-2's, <c>\p{N}+</c>, <c>[0-9][0-9][0-9]</c>.
/// </summary>
internal sealed class DefaultPreTokenizer : Gpt2PreTokenizer
{
    private const int Group = 3;

    /// <inheritdoc/>
    protected override RuneClass Apart => RuneClass.Punctuation;

    /// <inheritdoc/>
    public override int FirstPiece(ReadOnlySpan<byte> text)
    {
        if ((RuneClasses.First(text, out _) & RuneClass.Number) != 0) return EndOfNumberGroup(text);

        // GPT-2 takes the space before a number along, \p{N}+ parts them again.
        if (text[0] == ' ' && (RuneClasses.At(text, 1) & RuneClass.Number) != 0) return 1;
        return base.FirstPiece(text);
    }

    /// <inheritdoc/>
    protected override int PieceApart(ReadOnlySpan<byte> text, int length) => RuneClasses.EndOf(RuneClass.Punctuation, text, 0);

    // Three ASCII digits, or what comes before the next three.
    private static int EndOfNumberGroup(ReadOnlySpan<byte> text)
    {
        if (IsGroup(text)) return Group;
        var end = 0;
        while (end < text.Length && !IsGroup(text[end..]) && (RuneClasses.First(text[end..], out var length) & RuneClass.Number) != 0)
            end += length;
        return end;
    }

    private static bool IsGroup(ReadOnlySpan<byte> text) =>
        text.Length >= Group && text[..Group].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
}
