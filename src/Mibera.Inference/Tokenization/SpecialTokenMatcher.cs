using System.Buffers;

namespace Mibera.Inference.Tokenization;

/// <summary>Finds the texts of special tokens in a text: the leftmost, and of those that begin there the longest.</summary>
internal sealed class SpecialTokenMatcher
{
    private readonly Vocabulary _vocabulary;

    // Ordered by their bytes, so that those with a common beginning are neighbours.
    private readonly int[] _ids;
    private readonly SearchValues<byte> _firstBytes;
    private readonly bool[] _stripsRight;

    private SpecialTokenMatcher(Vocabulary vocabulary, int[] ids, bool stripsRight)
    {
        _vocabulary = vocabulary;
        _ids = ids;
        var firstBytes = new byte[ids.Length];
        _stripsRight = new bool[ids.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            var piece = vocabulary.Piece(ids[i]);
            firstBytes[i] = piece[0];
            _stripsRight[i] = stripsRight && StripsRight(piece);
        }

        _firstBytes = SearchValues.Create(firstBytes);
    }

    /// <summary>Creates the matcher.</summary>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="stripsRight">Whether white space after special tokens is dropped, as the Phi-3 models want it.</param>
    public static SpecialTokenMatcher Of(Vocabulary vocabulary, bool stripsRight)
    {
        var ids = new List<int>();
        for (var id = 0; id < vocabulary.Count; id++)
            if (vocabulary.Type(id) is TokenType.Control or TokenType.UserDefined or TokenType.Unknown && !vocabulary.Piece(id).IsEmpty)
                ids.Add(id);
        ids.Sort((a, b) => vocabulary.Piece(a).SequenceCompareTo(vocabulary.Piece(b)) is not 0 and var order ? order : a.CompareTo(b));
        return new(vocabulary, [.. ids], stripsRight);
    }

    /// <summary>The token whose text is exactly this, or null.</summary>
    public int? Find(ReadOnlySpan<byte> text) =>
        LongestAt(text, parseSpecial: true) is >= 0 and var index && _vocabulary.Piece(_ids[index]).Length == text.Length
            ? _ids[index]
            : null;

    /// <summary>Finds the next special token.</summary>
    /// <param name="text">The text.</param>
    /// <param name="parseSpecial">Whether control tokens count; those that the user defined always do.</param>
    /// <param name="match">Its token, where it begins, and where the text goes on after it.</param>
    public bool TryFind(ReadOnlySpan<byte> text, bool parseSpecial, out (int Id, int Start, int End) match)
    {
        match = default;
        for (var at = 0; at < text.Length; at++)
        {
            var step = text[at..].IndexOfAny(_firstBytes);
            if (step < 0) return false;
            at += step;
            if (LongestAt(text[at..], parseSpecial) is not (>= 0 and var index)) continue;

            var end = at + _vocabulary.Piece(_ids[index]).Length;
            if (_stripsRight[index])
                while (end < text.Length && text[end] is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r')) end++;
            match = (_ids[index], at, end);
            return true;
        }

        return false;
    }

    // Index in _ids of the longest token that the text begins with, or -1. The range [low, high) is that of the tokens
    // that agree with the text so far; the shortest of them comes first.
    private int LongestAt(ReadOnlySpan<byte> text, bool parseSpecial)
    {
        var (low, high, longest) = (0, _ids.Length, -1);
        for (var depth = 0; low < high; depth++)
        {
            for (; low < high && _vocabulary.Piece(_ids[low]).Length == depth; low++)
                if (parseSpecial || _vocabulary.Type(_ids[low]) == TokenType.UserDefined) longest = low;
            if (depth == text.Length) break;
            low = LowerBound(low, high, depth, text[depth]);
            high = LowerBound(low, high, depth, text[depth] + 1);
        }

        return longest;
    }

    private int LowerBound(int low, int high, int depth, int value)
    {
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (_vocabulary.Piece(_ids[middle])[depth] < value) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private static bool StripsRight(ReadOnlySpan<byte> piece) =>
        !piece.SequenceEqual("<unk>"u8) && !piece.SequenceEqual("<s>"u8) && !piece.SequenceEqual("<|endoftext|>"u8);
}
