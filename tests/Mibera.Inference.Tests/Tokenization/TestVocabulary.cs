using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Tokenization;

/// <summary>Small vocabularies as metadata.</summary>
internal static class TestVocabulary
{
    /// <summary>
    /// Byte-level BPE: the 256 bytes are tokens 0 to 255 in the order of GPT-2's alphabet, then the results of the merges
    /// ("a b" makes "ab"), then the special tokens.
    /// </summary>
    public static GgufMetadata BytePair(string[] merges, (string Text, int Type)[] special, params (string Key, GgufValue Value)[] more)
    {
        var tokens = Alphabet().Concat(merges.Select(merge => merge.Replace(" ", ""))).ToArray();
        return Metadata("gpt2", [.. tokens.Select(token => (token, 1)), .. special], [("tokenizer.ggml.merges", GgufValue.From(GgufArray.From(merges))), .. more]);
    }

    /// <summary>
    /// SentencePiece: 0 unknown, 1 BOS, 2 EOS, 3 to 258 the bytes, then the pieces, the earlier the better their score.
    /// </summary>
    public static GgufMetadata SentencePiece(string[] pieces, (string Text, int Type)[] special, params (string Key, GgufValue Value)[] more)
    {
        (string, int)[] tokens =
        [
            ("<unk>", 2), ("<s>", 3), ("</s>", 3), .. Enumerable.Range(0, 256).Select(b => ($"<0x{b:X2}>", 6)),
            .. pieces.Select(piece => (piece, 1)), .. special,
        ];
        var scores = tokens.Select((_, id) => -(float)id).ToArray();
        return Metadata("llama", tokens, [("tokenizer.ggml.scores", GgufValue.From(GgufArray.From(scores))), .. more]);
    }

    /// <summary>Metadata of a tokenizer; later values of a key replace earlier ones.</summary>
    public static GgufMetadata Metadata(string model, (string Text, int Type)[] tokens, params (string Key, GgufValue Value)[] more)
    {
        var values = new Dictionary<string, GgufValue>
        {
            ["general.architecture"] = GgufValue.From("phi3"),
            ["tokenizer.ggml.model"] = GgufValue.From(model),
            ["tokenizer.ggml.pre"] = GgufValue.From("gpt-2"),
            ["tokenizer.ggml.tokens"] = GgufValue.From(GgufArray.From(tokens.Select(token => token.Text))),
            ["tokenizer.ggml.token_type"] = GgufValue.From(GgufArray.From([.. tokens.Select(token => token.Type)])),
        };
        foreach (var (key, value) in more) values[key] = value;
        return new(values, "test.gguf");
    }

    /// <summary>The characters that stand for the 256 bytes, in the order of GPT-2's vocabulary.</summary>
    private static IEnumerable<string> Alphabet()
    {
        var printable = Enumerable.Range('!', '~' - '!' + 1).Concat(Enumerable.Range(0xA1, 12)).Concat(Enumerable.Range(0xAE, 82));
        return printable.Concat(Enumerable.Range(0x100, 68)).Select(c => ((char)c).ToString());
    }
}
