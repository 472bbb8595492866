namespace Mibera.Inference.Tokenization;

/// <summary>
/// Byte-level BPE, <c>tokenizer.ggml.model</c> = <c>gpt2</c>: the pre-tokenizer cuts the text, then the bytes of each piece are
/// merged by rank.
/// </summary>
/// <remarks>
/// Why not Microsoft.ML.Tokenizers' BpeTokenizer (2.0.1): its regular expressions see UTF-16; it cannot take whole pieces
/// (Llama 3, Tekken) without merging them; a merge that names an unknown token, harmless in pruned vocabularies, makes it
/// throw; removing merged symbols one by one makes a long word quadratic; and Phi-4-mini's vocabulary took it 442 ms and
/// 120 MB, on machines that have that memory for the model. The tests still hold this class against it.
/// </remarks>
internal sealed class BytePairEncoder : TextEncoder
{
    private readonly MergeTable _merges;
    private readonly PreTokenizer _preTokenizer;
    private readonly int[] _bytes;

    private BytePairEncoder(Vocabulary vocabulary, MergeTable merges, PreTokenizerChoice choice, int[] bytes)
        : base(vocabulary, bytes, choice.WholePieces)
    {
        _merges = merges;
        _preTokenizer = choice.PreTokenizer;
        _bytes = bytes;
    }

    /// <summary>
    /// Creates the encoder. Bytes that have no token (some vocabularies lack those that UTF-8 never has) are dropped, as
    /// elsewhere: the unknown token of such files is often the one that ends a text.
    /// </summary>
    /// <param name="vocabulary">The tokens, as bytes.</param>
    /// <param name="merges">The merges.</param>
    /// <param name="choice">The pre-tokenizer.</param>
    public static BytePairEncoder Create(Vocabulary vocabulary, MergeTable merges, PreTokenizerChoice choice)
    {
        var bytes = new int[byte.MaxValue + 1];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = vocabulary.Find([(byte)i]);
        return new(vocabulary, merges, choice, bytes);
    }

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<byte> text, SymbolMerger merger, List<int> ids)
    {
        while (!text.IsEmpty)
        {
            var length = _preTokenizer.FirstPiece(text);
            EncodePiece(text[..length], merger, ids);
            text = text[length..];
        }
    }

    /// <inheritdoc/>
    protected override void Merge(ReadOnlySpan<byte> piece, SymbolMerger merger)
    {
        for (var i = 0; i < piece.Length; i++) merger.Add(i, i + 1, _bytes[piece[i]]);
        merger.Merge(new Rules(_merges));
    }

    private readonly struct Rules(MergeTable merges) : IMergeRules
    {
        public int Rank(in Symbol left, in Symbol right) => merges.Rank(left.Id, right.Id);

        public int Result(int rank, in Symbol left, in Symbol right) => merges.Result(rank);
    }
}
