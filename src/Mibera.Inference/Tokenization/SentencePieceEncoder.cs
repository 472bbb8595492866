namespace Mibera.Inference.Tokenization;

/// <summary>
/// SentencePiece's BPE, <c>tokenizer.ggml.model</c> = <c>llama</c>: neighbours whose joined text is a token merge, the highest
/// score first and of equal ones the leftmost; characters that are no token become byte tokens.
/// </summary>
/// <remarks>
/// Why not Microsoft.ML.Tokenizers' LlamaTokenizer (2.0.1): among equal scores it takes the rightmost pair (of
/// <c>aaa</c> it makes <c>a</c>, <c>aa</c>; SentencePiece makes <c>aa</c>, <c>a</c>), and it merges a whole text in one heap.
/// </remarks>
internal sealed class SentencePieceEncoder : TextEncoder
{
    private readonly int[] _ranks;
    private readonly bool _spacePrefix;
    private readonly SymbolPairs _pairs;

    /// <summary>Creates the encoder.</summary>
    /// <param name="vocabulary">The tokens, with spaces as spaces.</param>
    /// <param name="scores">A score per token.</param>
    /// <param name="byteTokens">Token for each byte; bytes with -1 are dropped.</param>
    /// <param name="spacePrefix">Whether a text begins with a space that is not in it.</param>
    public SentencePieceEncoder(Vocabulary vocabulary, ReadOnlySpan<float> scores, int[] byteTokens, bool spacePrefix)
        : base(vocabulary, byteTokens, wholePieces: false)
    {
        _spacePrefix = spacePrefix;
        _ranks = new int[vocabulary.Count];
        for (var i = 0; i < _ranks.Length; i++) _ranks[i] = RankOf(scores[i]);
        _pairs = SymbolPairs.Of(vocabulary);
    }

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<byte> text, SymbolMerger merger, List<int> ids)
    {
        if (text.IsEmpty) return;

        // The visible space of the vocabulary means a space in a text too.
        if (text.IndexOf(VocabularyReader.VisibleSpace) >= 0)
        {
            var spaced = new byte[text.Length];
            text = spaced.AsSpan(0, VocabularyReader.ReplaceVisibleSpaces(text, spaced));
        }

        if (_spacePrefix)
        {
            var first = _pairs.FirstPiece(text);
            EncodePieces([(byte)' ', .. text[..first]], merger, ids);
            text = text[first..];
        }

        EncodePieces(text, merger, ids);
    }

    /// <inheritdoc/>
    protected override void Merge(ReadOnlySpan<byte> piece, SymbolMerger merger)
    {
        for (var start = 0; start < piece.Length;)
        {
            var end = start + SymbolPairs.SymbolLength(piece[start..]);
            merger.Add(start, end, Vocabulary.Find(piece[start..end]));
            start = end;
        }

        merger.Merge(new Rules(Vocabulary, _ranks, piece));
    }

    private void EncodePieces(ReadOnlySpan<byte> text, SymbolMerger merger, List<int> ids)
    {
        while (!text.IsEmpty)
        {
            var length = _pairs.FirstPiece(text);
            EncodePiece(text[..length], merger, ids);
            text = text[length..];
        }
    }

    // Integers that order as floats do, the highest score first. The bits of a float order like integers, those of
    // negative ones the other way round; no float gives MergeTable.None.
    private static int RankOf(float score)
    {
        var bits = BitConverter.SingleToInt32Bits(score);
        return ~(bits < 0 ? int.MinValue - bits : bits);
    }

    private readonly ref struct Rules(Vocabulary vocabulary, int[] ranks, ReadOnlySpan<byte> text) : IMergeRules
    {
        private readonly ReadOnlySpan<byte> _text = text;

        public int Rank(in Symbol left, in Symbol right)
        {
            var id = Find(left, right);
            return id < 0 ? MergeTable.None : ranks[id];
        }

        public int Result(int rank, in Symbol left, in Symbol right) => Find(left, right);

        private int Find(in Symbol left, in Symbol right) => vocabulary.Find(_text[left.Start..right.End]);
    }
}
