using System.Buffers;
using System.Globalization;
using System.Text;

namespace Mibera.Inference.Tokenization;

/// <summary>
/// Classes of characters, read from UTF-8. .NET's regular expressions see UTF-16, where a letter beyond U+FFFF is two
/// surrogates and no letter at all; here a character is a code point, as in the engines that trained the tokenizers.
/// </summary>
internal static class RuneClasses
{
    /// <summary>Neither letter nor number nor space: <c>[^\s\p{L}\p{N}]</c> matches a class without these.</summary>
    public const RuneClass NotOther = RuneClass.Letter | RuneClass.Number | RuneClass.Space;

    private static readonly RuneClass[] Ascii = [.. Enumerable.Range(0, 0x80).Select(c => Of(new Rune(c)))];

    /// <summary>Class of the first character of <paramref name="text"/>, which must not be empty.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="length">Bytes of the character.</param>
    public static RuneClass First(ReadOnlySpan<byte> text, out int length)
    {
        if (text[0] < Ascii.Length)
        {
            length = 1;
            return Ascii[text[0]];
        }

        return Rune.DecodeFromUtf8(text, out var rune, out length) == OperationStatus.Done ? Of(rune) : RuneClass.Other;
    }

    /// <summary>Class of the character at <paramref name="at"/>, or <see cref="RuneClass.Other"/> at the end.</summary>
    public static RuneClass At(ReadOnlySpan<byte> text, int at) => at < text.Length ? First(text[at..], out _) : RuneClass.Other;

    /// <summary>Where the run of characters that have one of the classes ends.</summary>
    public static int EndOf(RuneClass classes, ReadOnlySpan<byte> text, int from)
    {
        while (from < text.Length && (First(text[from..], out var length) & classes) != 0) from += length;
        return from;
    }

    /// <summary>Where the run of characters that have none of the classes ends.</summary>
    public static int EndOfNone(RuneClass classes, ReadOnlySpan<byte> text, int from)
    {
        while (from < text.Length && (First(text[from..], out var length) & classes) == 0) from += length;
        return from;
    }

    private static RuneClass Of(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => RuneClass.Letter | RuneClass.Upper,
        UnicodeCategory.LowercaseLetter => RuneClass.Letter | RuneClass.Lower,
        UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => RuneClass.Letter | RuneClass.Upper | RuneClass.Lower,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark =>
            RuneClass.Upper | RuneClass.Lower,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => RuneClass.Number,
        UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation
            or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation
            or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation => RuneClass.Punctuation,
        _ when rune.Value is '\r' or '\n' => RuneClass.Space | RuneClass.LineBreak,
        _ when Rune.IsWhiteSpace(rune) => RuneClass.Space,
        _ when rune.Value is '$' or '+' or '<' or '=' or '>' or '^' or '~' or '|' => RuneClass.Punctuation,
        _ => RuneClass.Other,
    };
}
