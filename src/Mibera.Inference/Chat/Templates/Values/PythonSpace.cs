namespace Mibera.Inference.Chat.Templates.Values;

/// <summary>Whitespace as Python's <c>str.isspace</c> and <c>\s</c> see it: .NET's, and the four separators U+001C to U+001F.</summary>
internal static class PythonSpace
{
    public static bool Is(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    public static ReadOnlySpan<char> TrimStart(ReadOnlySpan<char> text)
    {
        int start = 0;
        while (start < text.Length && Is(text[start])) start++;
        return text[start..];
    }

    public static ReadOnlySpan<char> TrimEnd(ReadOnlySpan<char> text)
    {
        int end = text.Length;
        while (end > 0 && Is(text[end - 1])) end--;
        return text[..end];
    }
}
