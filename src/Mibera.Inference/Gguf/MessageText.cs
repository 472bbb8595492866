using System.Globalization;
using System.Text;

namespace Mibera.Inference.Gguf;

/// <summary>Puts text from files into messages: one line, bounded, and without anything a terminal would obey.</summary>
internal static class MessageText
{
    private const int MaxChars = 80;

    /// <summary>The text in single quotes, shortened to 80 characters, control characters and stray surrogates escaped.</summary>
    public static string Quote(string text)
    {
        var result = new StringBuilder("'", MaxChars + 8);
        foreach (var rune in text.AsSpan(0, Math.Min(text.Length, MaxChars)).EnumerateRunes())
        {
            if (IsPrintable(rune)) result.Append(rune);
            else result.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
        }

        return result.Append(text.Length > MaxChars ? "...'" : "'").ToString();
    }

    // Format characters (bidirectional overrides among them) would reorder the rest of the message.
    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
