namespace Mibera.Inference.Chat.Templates.Values;

/// <summary>Strings counted in Unicode code points, as Python does; UTF-16 surrogate pairs are one, lone surrogates one each.</summary>
internal static class CodePoints
{
    private static bool HasSurrogates(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0;

    public static int Count(string text)
    {
        if (!HasSurrogates(text)) return text.Length;
        int count = 0;
        for (int i = 0; i < text.Length; i += LengthAt(text, i)) count++;
        return count;
    }

    /// <summary>UTF-16 units of the code point that begins at an offset.</summary>
    public static int LengthAt(string text, int offset) =>
        char.IsHighSurrogate(text[offset]) && offset + 1 < text.Length && char.IsLowSurrogate(text[offset + 1]) ? 2 : 1;

    public static IEnumerable<string> Each(string text)
    {
        for (int i = 0; i < text.Length;)
        {
            int length = LengthAt(text, i);
            yield return text.Substring(i, length);
            i += length;
        }
    }

    /// <summary>Offsets at which the code points begin, and the end; null where each is one UTF-16 unit.</summary>
    private static int[]? Offsets(string text)
    {
        if (!HasSurrogates(text)) return null;
        int[] offsets = new int[Count(text) + 1];
        for (int i = 0, n = 0; i < text.Length; i += LengthAt(text, i)) offsets[n++] = i;
        offsets[^1] = text.Length;
        return offsets;
    }

    /// <summary>The code point at an index from 0.</summary>
    public static string At(string text, int index) => Slice(text, new SliceRange(index, 1, 1));

    /// <summary>The code points of a range.</summary>
    public static string Slice(string text, SliceRange range)
    {
        int[]? offsets = Offsets(text);
        if (range.Step == 1) return text[Offset(offsets, range.Start)..Offset(offsets, range.Start + range.Count)];
        var result = new System.Text.StringBuilder(range.Count);
        for (int i = 0, at = range.Start; i < range.Count; i++, at += range.Step)
            result.Append(text.AsSpan(Offset(offsets, at), Offset(offsets, at + 1) - Offset(offsets, at)));
        return result.ToString();
    }

    private static int Offset(int[]? offsets, int index) => offsets is null ? index : offsets[index];

    /// <summary>Order by code points, which differs from UTF-16 order above U+D800.</summary>
    public static int Compare(string left, string right)
    {
        int common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length) return left.Length.CompareTo(right.Length);
        char a = left[common], b = right[common];
        // Surrogates stand for code points above every other UTF-16 unit.
        if (char.IsSurrogate(a) != char.IsSurrogate(b)) return char.IsSurrogate(a) ? 1 : -1;
        return a.CompareTo(b);
    }
}
