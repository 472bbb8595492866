using System.Runtime.CompilerServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tokenization;

/// <summary>Reads <c>tokenizer.ggml.tokens</c> and <c>token_type</c> into a <see cref="Vocabulary"/>.</summary>
internal sealed class VocabularyReader
{
    /// <summary>The key of the tokens.</summary>
    public const string TokensKey = "tokenizer.ggml.tokens";

    /// <summary>The key of their types.</summary>
    public const string TypesKey = "tokenizer.ggml.token_type";

    private readonly GgufArray _tokens;
    private readonly int[]? _types;
    private readonly bool _sentencePiece;
    private readonly Vocabulary.Builder _builder;
    private byte[] _buffer = new byte[256];
    private int _duplicates;
    private int _notBytes;
    private int _firstNotByte;

    private VocabularyReader(GgufArray tokens, int[]? types, bool sentencePiece)
    {
        _tokens = tokens;
        _types = types;
        _sentencePiece = sentencePiece;
        _builder = new(tokens.Count, tokens.Count * 8);
        ByteTokens.AsSpan().Fill(-1);
    }

    /// <summary>SentencePiece writes a space as U+2581, a low block.</summary>
    public static ReadOnlySpan<byte> VisibleSpace => "\u2581"u8;

    /// <summary>Of SentencePiece vocabularies the token of each byte, or -1.</summary>
    public int[] ByteTokens { get; } = new int[byte.MaxValue + 1];

    /// <summary>The tokens that are special by their names, with their ids.</summary>
    public Dictionary<string, int> Named { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads the tokens.</summary>
    /// <param name="metadata">The file's metadata.</param>
    /// <param name="sentencePiece">Whether tokens are text with visible spaces, or bytes in GPT-2's alphabet.</param>
    /// <param name="warn">Told of what was ignored.</param>
    /// <param name="vocabulary">The tokens.</param>
    /// <exception cref="GgufFormatException">There are no tokens, or the types are no integers or fewer than the tokens.</exception>
    public static VocabularyReader Read(GgufMetadata metadata, bool sentencePiece, Action<string> warn, out Vocabulary vocabulary)
    {
        var tokens = metadata.GetStringArrayOrNull(TokensKey);
        if (tokens is not { Count: > 0 })
            throw Wrong(metadata, TokensKey, tokens is null ? "is missing" : "is empty", "a vocabulary of one token or more");
        var types = metadata.GetInt32sOrNull(TypesKey);
        CheckLength(metadata, TypesKey, types?.Length, tokens.Count);

        var reader = new VocabularyReader(tokens, types, sentencePiece);
        for (var id = 0; id < tokens.Count; id++) reader.Add(id, warn);
        if (reader._duplicates > 0)
            warn($"{reader._duplicates} tokens in {TokensKey} occur more than once; texts become the first of them.");
        if (reader._notBytes > 0)
            warn($"{reader._notBytes} tokens are of type byte in {TypesKey} but not of the form <0xHH>; they are treated as text "
                + $"(the first: {reader._firstNotByte} \"{TokenText.Escape(tokens.GetUtf8(reader._firstNotByte))}\").");
        vocabulary = reader._builder.Build();
        return reader;
    }

    /// <summary>Checks that an array of one value per token is long enough.</summary>
    public static void CheckLength(GgufMetadata metadata, string key, int? found, int expected)
    {
        if (found < expected) throw Wrong(metadata, key, $"has {found} elements", $"one for each of the {expected} tokens");
    }

    /// <summary>Copies text with spaces for visible spaces; returns the length.</summary>
    public static int ReplaceVisibleSpaces(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        var written = 0;
        for (var next = text.IndexOf(VisibleSpace); next >= 0; next = text.IndexOf(VisibleSpace))
        {
            text[..next].CopyTo(destination[written..]);
            written += next;
            destination[written++] = (byte)' ';
            text = text[(next + VisibleSpace.Length)..];
        }

        text.CopyTo(destination[written..]);
        return written + text.Length;
    }

    // What runs once per token or merge while a file loads is compiled with full optimization at once: it is over before
    // tiered compilation would get to it. Measured cold on a Zen 4: phi-4's tokenizer 75 ms instead of 127, Phi-4-mini's
    // 125 instead of 230.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(int id, Action<string> warn)
    {
        var text = _tokens.GetUtf8(id);
        if (text.Length > _buffer.Length) _buffer = new byte[text.Length * 2];
        var type = _types is null ? TokenType.Normal : (TokenType)Math.Clamp(_types[id], 0, (int)TokenType.Byte + 1);
        if (type > TokenType.Byte) type = TokenType.Undefined;
        var ordinary = type is TokenType.Normal or TokenType.Undefined or TokenType.Unused or TokenType.Byte;
        var findable = ordinary;

        // Converters did not always mark them: without the type a chat would print its markers and never end.
        if (text is [.., (byte)'>' or (byte)']'] && SpecialNames.Find(text) is { } name && Named.TryAdd(name, id))
        {
            if (ordinary) warn($"Token {id} '{name}' is not of type control in {TypesKey}; it is treated as such.");
            type = TokenType.Control;
            ordinary = false;
        }

        if (!ordinary) AddPiece(text, type, findable && !_sentencePiece);
        else if (_sentencePiece) AddSentencePiece(id, text, type);
        else if (ByteLevelAlphabet.Decode(text, _buffer) is >= 0 and var length) AddPiece(_buffer.AsSpan(0, length), type, findable);
        else AddPiece(text, type, findable: false);
    }

    private void AddSentencePiece(int id, ReadOnlySpan<byte> text, TokenType type)
    {
        if (TryParseByte(text, out var value))
        {
            if (ByteTokens[value] < 0) ByteTokens[value] = id;
            AddPiece([value], TokenType.Byte, findable: false);
            return;
        }

        if (type == TokenType.Byte)
        {
            if (_notBytes++ == 0) _firstNotByte = id;
            type = TokenType.Undefined;
        }

        // Spaces of a text are looked up as visible ones: a token with a plain space cannot be found.
        var findable = !text.Contains((byte)' ');
        AddPiece(_buffer.AsSpan(0, ReplaceVisibleSpaces(text, _buffer)), type, findable);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddPiece(ReadOnlySpan<byte> piece, TokenType type, bool findable)
    {
        if (!_builder.Add(piece, type, findable)) _duplicates++;
    }

    private static bool TryParseByte(ReadOnlySpan<byte> text, out byte value)
    {
        value = 0;
        return text.Length == 6 && text.StartsWith("<0x"u8) && text[5] == '>'
            && byte.TryParse(text.Slice(3, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out value);
    }

    private static GgufFormatException Wrong(GgufMetadata metadata, string key, string found, string expected)
    {
        var where = metadata.File is null ? "" : $"{metadata.File}: ";
        return new($"{where}key '{key}' {found}; {expected} was expected.", metadata.File) { Key = key };
    }
}
