namespace Mibera.Inference.Tokenization;

/// <summary>Turns text without special tokens into tokens. Thread-safe.</summary>
internal abstract class TextEncoder
{
    // A piece of a megabyte without a cut (a file of one letter) is cut there, which bounds the memory for its symbols.
    private const int LongestMerge = 1 << 20;

    private readonly bool _wholePieces;

    // Per byte the token for it where nothing larger fits, or -1.
    private readonly int[] _byteTokens;

    // Whether merging the bytes of a token gives this token again: the cache that spares most words the merging.
    // Threads that race here write the same.
    private readonly Reachable[] _reachable;

    /// <summary>Creates the encoder.</summary>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="byteTokens">Token for each byte; bytes with -1 are dropped.</param>
    /// <param name="wholePieces">Whether a piece that is a token becomes it without asking the merges.</param>
    protected TextEncoder(Vocabulary vocabulary, int[] byteTokens, bool wholePieces)
    {
        Vocabulary = vocabulary;
        _wholePieces = wholePieces;
        _byteTokens = byteTokens;
        _reachable = new Reachable[vocabulary.Count];
    }

    private enum Reachable : byte
    {
        NotAsked,
        Yes,
        No,
    }

    /// <summary>The tokens.</summary>
    protected Vocabulary Vocabulary { get; }

    /// <summary>Appends the tokens of a text that begins after nothing or after a special token.</summary>
    /// <param name="text">UTF-8; bytes that are no UTF-8 are encoded as bytes.</param>
    /// <param name="merger">Working memory of this call.</param>
    /// <param name="ids">Receives the tokens.</param>
    public abstract void Encode(ReadOnlySpan<byte> text, SymbolMerger merger, List<int> ids);

    /// <summary>Appends the tokens of a piece that no merge crosses.</summary>
    protected void EncodePiece(ReadOnlySpan<byte> piece, SymbolMerger merger, List<int> ids)
    {
        while (piece.Length > LongestMerge)
        {
            var cut = LongestMerge;
            while (cut > LongestMerge - 4 && (piece[cut] & 0xC0) == 0x80) cut--;
            MergeBytes(piece[..cut], merger, ids);
            piece = piece[cut..];
        }

        var id = Vocabulary.Find(piece);
        if (id < 0)
        {
            MergeBytes(piece, merger, ids);
        }
        else if (_wholePieces || _reachable[id] == Reachable.Yes)
        {
            ids.Add(id);
        }
        else
        {
            var before = ids.Count;
            MergeBytes(piece, merger, ids);
            _reachable[id] = ids.Count == before + 1 && ids[before] == id ? Reachable.Yes : Reachable.No;
        }
    }

    /// <summary>Adds the symbols of a piece and merges them.</summary>
    protected abstract void Merge(ReadOnlySpan<byte> piece, SymbolMerger merger);

    private void MergeBytes(ReadOnlySpan<byte> piece, SymbolMerger merger, List<int> ids)
    {
        merger.Clear();
        Merge(piece, merger);
        for (var i = 0; i >= 0 && i < merger.Count; i = merger[i].Next)
        {
            ref readonly var symbol = ref merger[i];
            if (symbol.Id >= 0) ids.Add(symbol.Id);
            else AddBytes(piece[symbol.Start..symbol.End], ids);
        }
    }

    private void AddBytes(ReadOnlySpan<byte> bytes, List<int> ids)
    {
        foreach (var b in bytes)
            if (_byteTokens[b] >= 0) ids.Add(_byteTokens[b]);
    }
}
