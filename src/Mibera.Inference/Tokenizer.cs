using System.Buffers;
using System.Text;
using Mibera.Inference.Gguf;
using Mibera.Inference.Tokenization;

namespace Mibera.Inference;

/// <summary>The tokenizer of a model, built from its file's metadata alone. Immutable and thread-safe.</summary>
public sealed class Tokenizer
{
    private readonly Vocabulary _vocabulary;
    private readonly SpecialTokens _special;
    private readonly SpecialTokenMatcher _matcher;
    private readonly TextEncoder _encoder;

    internal Tokenizer(TokenizerParts parts)
    {
        Model = parts.Model;
        PreTokenizer = parts.PreTokenizer;
        AddSpacePrefix = parts.AddSpacePrefix;
        _vocabulary = parts.Vocabulary;
        _special = parts.Special;
        _matcher = parts.Matcher;
        _encoder = parts.Encoder;
    }

    /// <summary>Number of tokens in the file. The model may have more rows than that; they mean nothing.</summary>
    public int VocabularySize => _vocabulary.Count;

    /// <summary><c>llama</c> (SentencePiece BPE) or <c>gpt2</c> (byte-level BPE), as the file says.</summary>
    public string Model { get; }

    /// <summary>Name of the pre-tokenizer in use; not always the file's, see the warnings.</summary>
    public string PreTokenizer { get; }

    /// <summary>Beginning of a text, or null.</summary>
    public int? BosId => _special.Bos;

    /// <summary>End of a text, or null.</summary>
    public int? EosId => _special.Eos;

    /// <summary>End of a turn, or null.</summary>
    public int? EotId => _special.Eot;

    /// <summary>Stands for text without a token, or null.</summary>
    public int? UnknownId => _special.Unknown;

    /// <summary>Fills up batches, or null.</summary>
    public int? PadId => _special.Padding;

    /// <summary>Whether the model expects <see cref="BosId"/> before a text; never true without one.</summary>
    public bool AddBos => _special.AddBos;

    /// <summary>Whether the model expects <see cref="EosId"/> after a text; never true without one.</summary>
    public bool AddEos => _special.AddEos;

    /// <summary>Whether a text gets a space in front before it is encoded, which decoding drops again.</summary>
    public bool AddSpacePrefix { get; }

    /// <summary>
    /// Tokens after which a generation ends: the file's EOS, EOT and EOM, and those known by name, such as
    /// <c>&lt;|im_end|></c> and <c>&lt;|end|></c>, whatever the file says of them.
    /// </summary>
    public IReadOnlySet<int> EndOfGenerationIds => _special.EndOfGeneration;

    /// <summary>Builds the tokenizer of a file.</summary>
    /// <param name="metadata">The file's metadata: keys <c>tokenizer.ggml.*</c>, <c>general.architecture</c> and <c>general.name</c>.</param>
    /// <param name="warn">Told of everything that was guessed or ignored.</param>
    /// <exception cref="GgufFormatException">A key that is needed is missing, of the wrong type or too short.</exception>
    /// <exception cref="UnsupportedModelException">The vocabulary is of another kind (WordPiece, Unigram, ...).</exception>
    public static Tokenizer FromGguf(GgufMetadata metadata, Action<string>? warn = null)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return new(TokenizerParts.Read(metadata, warn ?? (_ => { })));
    }

    /// <summary>The tokens of a text.</summary>
    /// <param name="text">The text. Surrogates without their other half become U+FFFD.</param>
    /// <param name="addBos">Puts BOS in front if the model expects one (<see cref="AddBos"/>) and the text does not begin with it.</param>
    /// <param name="parseSpecial">
    /// Whether the text of control tokens becomes these tokens. If not, it is text like any other: the right choice for
    /// everything that a stranger wrote.
    /// </param>
    public int[] Encode(string text, bool addBos = false, bool parseSpecial = false) =>
        [.. EncodeToList(text, addBos, parseSpecial)];

    /// <summary>The tokens of a text in UTF-8. Bytes that are no UTF-8 become tokens of just these bytes.</summary>
    /// <inheritdoc cref="Encode(string, bool, bool)"/>
    public int[] EncodeUtf8(ReadOnlySpan<byte> text, bool addBos = false, bool parseSpecial = false) =>
        [.. EncodeToList(text, addBos, parseSpecial)];

    /// <summary>Number of tokens that <see cref="Encode(string, bool, bool)"/> gives.</summary>
    /// <inheritdoc cref="Encode(string, bool, bool)"/>
    public int CountTokens(string text, bool addBos = false, bool parseSpecial = false) =>
        EncodeToList(text, addBos, parseSpecial).Count;

    /// <summary>The text of tokens. Parts of characters that are never completed become U+FFFD.</summary>
    /// <param name="ids">The tokens of a text, from its beginning.</param>
    /// <param name="skipSpecial">Whether control and unknown tokens have no text.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = true)
    {
        var decoder = CreateDecoder(atStart: true, skipSpecial);
        var text = new StringBuilder();
        foreach (var id in ids) text.Append(decoder.Append(id));
        return text.Append(decoder.Flush()).ToString();
    }

    /// <summary>A decoder for tokens that come one by one.</summary>
    /// <param name="atStart">Whether the first token begins a text, so that the space of <see cref="AddSpacePrefix"/> is dropped.</param>
    /// <param name="skipSpecial">Whether control and unknown tokens have no text.</param>
    public TokenDecoder CreateDecoder(bool atStart = false, bool skipSpecial = true) => new(this, atStart && AddSpacePrefix, skipSpecial);

    /// <summary>
    /// The bytes of a token's text, which need not be whole characters. SentencePiece's visible space is a space, a byte
    /// token is its byte, a control token is its name.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in the vocabulary.</exception>
    public ReadOnlySpan<byte> GetBytes(int id) => _vocabulary.Piece(Check(id));

    /// <summary>A token's text as one printable line: escapes for control characters, <c>\xHH</c> for bytes that are no UTF-8.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in the vocabulary.</exception>
    public string EscapeToken(int id) => TokenText.Escape(GetBytes(id));

    /// <summary>Whether a token is structure and not text: control and unknown tokens.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in the vocabulary.</exception>
    public bool IsControl(int id) => _vocabulary.Type(Check(id)) is TokenType.Control or TokenType.Unknown;

    /// <summary>Whether a token is one byte of a character that has no token of its own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in the vocabulary.</exception>
    public bool IsByte(int id) => _vocabulary.Type(Check(id)) == TokenType.Byte;

    /// <summary>The control or user-defined token of exactly this name, such as <c>&lt;|im_start|></c>, or null.</summary>
    public int? FindSpecial(string name) => _matcher.Find(Encoding.UTF8.GetBytes(name));

    /// <summary>
    /// This tokenizer as one of Microsoft.ML.Tokenizers, for the libraries that take those (text splitters, chat reducers).
    /// Special tokens in texts are text; nothing is put in front.
    /// </summary>
    public Microsoft.ML.Tokenizers.Tokenizer AsMLTokenizer() => new MLTokenizer(this);

    private List<int> EncodeToList(string text, bool addBos, bool parseSpecial)
    {
        ArgumentNullException.ThrowIfNull(text);
        var utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetByteCount(text));
        try
        {
            return EncodeToList(utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, utf8)), addBos, parseSpecial);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    private List<int> EncodeToList(ReadOnlySpan<byte> text, bool addBos, bool parseSpecial)
    {
        var ids = new List<int>();
        if (addBos && AddBos) ids.Add(BosId!.Value);

        var merger = new SymbolMerger();
        while (_matcher.TryFind(text, parseSpecial, out var match))
        {
            _encoder.Encode(text[..match.Start], merger, ids);
            ids.Add(match.Id);
            text = text[match.End..];
        }

        _encoder.Encode(text, merger, ids);
        if (addBos && AddBos && ids.Count > 1 && ids[1] == BosId) ids.RemoveAt(0);
        return ids;
    }

    private int Check(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabularySize);
        return id;
    }
}
