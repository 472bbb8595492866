using System.Numerics;
using System.Runtime.CompilerServices;

namespace Mibera.Inference.Tokenization;

/// <summary>
/// The tokens as bytes, and the way back from bytes to ids. All pieces lie in one array and the table holds numbers
/// only, so 200,000 tokens cost 10 MB and a handful of allocations (strings and dictionaries: 120 MB).
/// </summary>
internal sealed class Vocabulary
{
    // Piece i is _bytes[_starts[i].._starts[i + 1]].
    private readonly byte[] _bytes;
    private readonly int[] _starts;
    private readonly TokenType[] _types;

    // Open addressing: id + 1 in as many bits as that needs, bits of the hash above it; 0 is a free slot.
    private readonly uint[] _slots;
    private readonly uint _idMask;

    private Vocabulary(byte[] bytes, int[] starts, TokenType[] types, uint[] slots, int longest)
    {
        _idMask = IdMask(types.Length);
        _bytes = bytes;
        _starts = starts;
        _types = types;
        _slots = slots;
        LongestPiece = longest;
    }

    /// <summary>Number of tokens.</summary>
    public int Count => _types.Length;

    /// <summary>Bytes of the longest piece that <see cref="Find"/> can find.</summary>
    public int LongestPiece { get; }

    /// <summary>The bytes of a token's text: raw UTF-8, a space as a space, one byte for a byte token.</summary>
    public ReadOnlySpan<byte> Piece(int id) => _bytes.AsSpan(_starts[id], _starts[id + 1] - _starts[id]);

    /// <summary>The kind of a token.</summary>
    public TokenType Type(int id) => _types[id];

    /// <summary>The token that ordinary text of these bytes may become, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(ReadOnlySpan<byte> piece)
    {
        if (piece.Length > LongestPiece) return -1;
        var hash = ByteHash.Of(piece);
        var mask = _slots.Length - 1;
        for (var slot = (int)hash & mask; ; slot = (slot + 1) & mask)
        {
            var entry = _slots[slot];
            if (entry == 0) return -1;
            if ((entry ^ Tag(hash, _idMask)) > _idMask) continue;
            var id = (int)(entry & _idMask) - 1;
            if (piece.SequenceEqual(Piece(id))) return id;
        }
    }

    private static uint IdMask(int count) => BitOperations.RoundUpToPowerOf2((uint)count + 1) - 1;

    private static uint Tag(ulong hash, uint idMask) => (uint)(hash >> 32) & ~idMask;

    /// <summary>Collects the tokens in the order of their ids.</summary>
    internal sealed class Builder
    {
        private readonly int[] _starts;
        private readonly TokenType[] _types;
        private readonly uint[] _slots;
        private readonly uint _idMask;
        private byte[] _bytes;
        private int _count;
        private int _longest;

        /// <summary>Makes room.</summary>
        /// <param name="count">Number of tokens that will be added.</param>
        /// <param name="bytes">Estimate of the bytes of all pieces.</param>
        public Builder(int count, int bytes)
        {
            _starts = new int[count + 1];
            _types = new TokenType[count];
            _bytes = new byte[bytes];

            // At most two thirds full.
            _slots = new uint[BitOperations.RoundUpToPowerOf2((uint)count + ((uint)count / 2) + 1)];
            _idMask = IdMask(count);
        }

        /// <summary>Adds the next token.</summary>
        /// <param name="piece">Its bytes.</param>
        /// <param name="type">Its kind.</param>
        /// <param name="findable">Whether ordinary text may become this token.</param>
        /// <returns>False where it should be findable but an earlier token has the same bytes.</returns>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public bool Add(ReadOnlySpan<byte> piece, TokenType type, bool findable)
        {
            var start = _starts[_count];
            var end = checked(start + piece.Length);
            if (end > _bytes.Length) Array.Resize(ref _bytes, Math.Max(end, _bytes.Length * 2));
            piece.CopyTo(_bytes.AsSpan(start));
            _types[_count] = type;
            _starts[++_count] = end;
            return !findable || piece.IsEmpty || Insert(piece, _count - 1);
        }

        /// <summary>The finished vocabulary.</summary>
        public Vocabulary Build() => new(_bytes, _starts, _types, _slots, _longest);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private bool Insert(ReadOnlySpan<byte> piece, int id)
        {
            var hash = ByteHash.Of(piece);
            var mask = _slots.Length - 1;
            var slot = (int)hash & mask;
            for (; _slots[slot] != 0; slot = (slot + 1) & mask)
            {
                if ((_slots[slot] ^ Tag(hash, _idMask)) > _idMask) continue;
                var other = (int)(_slots[slot] & _idMask) - 1;
                if (piece.SequenceEqual(_bytes.AsSpan(_starts[other], _starts[other + 1] - _starts[other]))) return false;
            }

            _slots[slot] = Tag(hash, _idMask) | (uint)(id + 1);
            _longest = Math.Max(_longest, piece.Length);
            return true;
        }
    }
}
