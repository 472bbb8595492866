using Mibera.Inference.Chat.Templates.Rendering;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Functions;

/// <summary>Python's <c>split</c>, <c>rsplit</c> and <c>splitlines</c>; each part is paid for as it is found.</summary>
internal static class PythonSplit
{
    /// <summary>At most <paramref name="most"/> cuts at runs of whitespace, from the left or the right; no empty parts.</summary>
    public static List<string> AtSpace(string text, int most, bool fromRight, RenderContext context)
    {
        context.Scan(text.Length);
        List<string> parts = [];
        var rest = PythonSpace.TrimEnd(PythonSpace.TrimStart(text));
        while (!rest.IsEmpty && parts.Count < most)
        {
            int cut = IndexOfSpace(rest, fromRight);
            if (cut < 0) break;
            Add(parts, fromRight ? rest[(cut + 1)..] : rest[..cut], context);
            rest = fromRight ? PythonSpace.TrimEnd(rest[..cut]) : PythonSpace.TrimStart(rest[cut..]);
        }

        // Without further cuts the rest keeps the whitespace at its far end.
        if (!rest.IsEmpty) Add(parts, WithOuterSpace(text, rest, fromRight, parts.Count == most), context);
        if (fromRight) parts.Reverse();
        return parts;
    }

    private static ReadOnlySpan<char> WithOuterSpace(string text, ReadOnlySpan<char> rest, bool fromRight, bool isCutOff)
    {
        if (!isCutOff) return rest;
        text.AsSpan().Overlaps(rest, out int start);
        return fromRight ? text.AsSpan(0, start + rest.Length) : text.AsSpan(start);
    }

    private static int IndexOfSpace(ReadOnlySpan<char> text, bool fromRight)
    {
        for (int i = 0; i < text.Length; i++)
        {
            int at = fromRight ? text.Length - 1 - i : i;
            if (PythonSpace.Is(text[at])) return at;
        }

        return -1;
    }

    /// <summary>At most <paramref name="most"/> cuts at a separator that is not empty, from the left or the right.</summary>
    public static List<string> At(string text, string separator, int most, bool fromRight, RenderContext context)
    {
        context.Search(text.Length, separator.Length);
        List<string> parts = [];
        var rest = text.AsSpan();
        while (parts.Count < most)
        {
            int cut = fromRight ? rest.LastIndexOf(separator) : rest.IndexOf(separator);
            if (cut < 0) break;
            Add(parts, fromRight ? rest[(cut + separator.Length)..] : rest[..cut], context);
            rest = fromRight ? rest[..cut] : rest[(cut + separator.Length)..];
        }

        Add(parts, rest, context);
        if (fromRight) parts.Reverse();
        return parts;
    }

    /// <summary>The lines by all of Python's line ends.</summary>
    public static List<string> Lines(string text, bool keepEnds, RenderContext context)
    {
        context.Scan(text.Length);
        List<string> lines = [];
        for (int start = 0; start < text.Length;)
        {
            int end = start;
            while (end < text.Length && !IsLineEnd(text[end])) end++;
            int next = end >= text.Length ? end : text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
            Add(lines, text.AsSpan(start, (keepEnds ? next : end) - start), context);
            start = next;
        }

        return lines;
    }

    private static bool IsLineEnd(char c) => c is '\n' or '\r' or '\v' or '\f' or '\x1c' or '\x1d' or '\x1e' or '\x85' or '\u2028' or '\u2029';

    private static void Add(List<string> parts, ReadOnlySpan<char> part, RenderContext context)
    {
        context.Step();
        context.Text(part.Length);
        parts.Add(part.ToString());
    }
}
