using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tokenization;

/// <summary>What a <see cref="Tokenizer"/> consists of, read from metadata.</summary>
internal sealed record TokenizerParts(
    string Model,
    string PreTokenizer,
    bool AddSpacePrefix,
    Vocabulary Vocabulary,
    SpecialTokens Special,
    SpecialTokenMatcher Matcher,
    TextEncoder Encoder)
{
    private const string ModelKey = "tokenizer.ggml.model";
    private const string ScoresKey = "tokenizer.ggml.scores";

    /// <summary>Reads the parts.</summary>
    /// <param name="metadata">The file's metadata.</param>
    /// <param name="warn">Told of what was guessed or ignored.</param>
    /// <exception cref="GgufFormatException">A key that is needed is missing, of the wrong type or too short.</exception>
    /// <exception cref="UnsupportedModelException">The vocabulary is of another kind.</exception>
    public static TokenizerParts Read(GgufMetadata metadata, Action<string> warn) => metadata.GetStringOrNull(ModelKey) switch
    {
        "llama" => ReadSentencePiece(metadata, warn),
        "gpt2" => ReadBytePair(metadata, warn),
        null => throw new GgufFormatException(
            $"{Where(metadata)}key '{ModelKey}' is missing: the file has no tokenizer (some repairs of files lose it).", metadata.File)
        {
            Key = ModelKey,
        },
        var other => throw new UnsupportedModelException(
            $"{Where(metadata)}key '{ModelKey}' is '{other}'; 'llama' or 'gpt2' was expected.", metadata.File),
    };

    private static TokenizerParts ReadSentencePiece(GgufMetadata metadata, Action<string> warn)
    {
        var reader = VocabularyReader.Read(metadata, sentencePiece: true, warn, out var vocabulary);
        var scores = metadata.GetFloatsOrNull(ScoresKey);
        VocabularyReader.CheckLength(metadata, ScoresKey, scores?.Length, vocabulary.Count);
        if (scores is null) warn($"{ScoresKey} is missing; all tokens count the same.");

        var special = SpecialTokens.Read(metadata, vocabulary.Count, reader.Named, sentencePiece: true, addsBos: true, warn);
        var spacePrefix = metadata.GetBoolOrNull("tokenizer.ggml.add_space_prefix") ?? true;
        reader.ByteTokens.AsSpan().Replace(-1, special.Unknown ?? -1);
        var encoder = new SentencePieceEncoder(vocabulary, scores ?? new float[vocabulary.Count], reader.ByteTokens, spacePrefix);
        return new("llama", "default", spacePrefix, vocabulary, special, MatcherOf(metadata, vocabulary), encoder);
    }

    private static TokenizerParts ReadBytePair(GgufMetadata metadata, Action<string> warn)
    {
        var reader = VocabularyReader.Read(metadata, sentencePiece: false, warn, out var vocabulary);
        var choice = PreTokenizerChoice.Read(metadata, vocabulary.Count, warn);
        var merges = metadata.GetStringArrayOrNull(MergeReader.Key);
        if (merges is null) warn($"{MergeReader.Key} is missing; every byte is a token of its own.");

        var special = SpecialTokens.Read(metadata, vocabulary.Count, reader.Named, sentencePiece: false, choice.AddsBos, warn);
        var table = merges is null ? new MergeTable(0) : MergeReader.Read(merges, vocabulary, warn);
        var encoder = BytePairEncoder.Create(vocabulary, table, choice);
        return new("gpt2", choice.Name, false, vocabulary, special, MatcherOf(metadata, vocabulary), encoder);
    }

    // Phi-3's published tokenizers drop white space after special tokens. GGUF has no key for that; llama.cpp goes by the
    // model's name, and prompts that were written for it rely on that.
    private static SpecialTokenMatcher MatcherOf(GgufMetadata metadata, Vocabulary vocabulary)
    {
        var name = metadata.GetStringOrNull("general.name") ?? "";
        var phi3 = name.Contains("phi-3", StringComparison.OrdinalIgnoreCase) || name.Contains("phi3", StringComparison.OrdinalIgnoreCase);
        return SpecialTokenMatcher.Of(vocabulary, stripsRight: phi3);
    }

    private static string Where(GgufMetadata metadata) => metadata.File is null ? "" : $"{metadata.File}: ";
}
