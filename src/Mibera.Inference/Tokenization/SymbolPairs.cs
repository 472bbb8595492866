using System.Numerics;

namespace Mibera.Inference.Tokenization;

/// <summary>
/// Which two characters stand side by side in some token. Between two that do not, no merge can reach across, so a text
/// may be cut there and the parts encoded by themselves with the same result: SentencePiece's words fall out, long texts
/// need little memory, and most parts are tokens that have been seen before.
/// </summary>
/// <remarks>A set of hashes without the pairs themselves: a pair too many costs a cut, never a wrong token.</remarks>
internal sealed class SymbolPairs
{
    private readonly uint[] _bits;
    private readonly int _shift;

    private SymbolPairs(int tokens)
    {
        // Eight bits per token, a pair or less in each: one in ten is set.
        var words = BitOperations.RoundUpToPowerOf2((uint)Math.Max(tokens, 1024) / 4);
        _bits = new uint[words];
        _shift = 64 - BitOperations.Log2(words) - 5;
    }

    /// <summary>The pairs of a vocabulary.</summary>
    public static SymbolPairs Of(Vocabulary vocabulary)
    {
        var pairs = new SymbolPairs(vocabulary.Count);
        for (var id = 0; id < vocabulary.Count; id++)
        {
            var piece = vocabulary.Piece(id);
            if (piece.Length > 1 && vocabulary.Find(piece) == id) pairs.AddAll(piece);
        }

        return pairs;
    }

    /// <summary>Bytes of the first part of a text, which must not be empty.</summary>
    public int FirstPiece(ReadOnlySpan<byte> text)
    {
        var end = SymbolLength(text);
        var left = Pack(text[..end]);
        while (end < text.Length)
        {
            var length = SymbolLength(text[end..]);
            var right = Pack(text.Slice(end, length));
            var bit = BitOf(left, right);
            if ((_bits[bit >> 5] & (1u << (bit & 31))) == 0) break;
            end += length;
            left = right;
        }

        return end;
    }

    /// <summary>Bytes of the first character by its lead byte, as SentencePiece counts them; 1 for a byte that leads none.</summary>
    public static int SymbolLength(ReadOnlySpan<byte> text)
    {
        var length = text[0] switch { < 0xC0 => 1, < 0xE0 => 2, < 0xF0 => 3, _ => 4 };
        return Math.Min(length, text.Length);
    }

    private void AddAll(ReadOnlySpan<byte> piece)
    {
        var end = SymbolLength(piece);
        var left = Pack(piece[..end]);
        while (end < piece.Length)
        {
            var length = SymbolLength(piece[end..]);
            var right = Pack(piece.Slice(end, length));
            var bit = BitOf(left, right);
            _bits[bit >> 5] |= 1u << (bit & 31);
            end += length;
            left = right;
        }
    }

    private int BitOf(uint left, uint right) => (int)(ByteHash.Of(((ulong)left << 32) | right) >> _shift);

    private static uint Pack(ReadOnlySpan<byte> symbol)
    {
        uint packed = 0;
        foreach (var b in symbol) packed = (packed << 8) | b;
        return packed;
    }
}
