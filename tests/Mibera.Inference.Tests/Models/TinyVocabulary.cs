using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Models;

/// <summary>A byte-level vocabulary without merges: every byte is a token, then comes the end of text.</summary>
internal static class TinyVocabulary
{
    // GPT-2's alphabet: printable Latin-1 stands for itself, the other bytes for U+0100 and up.
    private static readonly byte[] Bytes =
    [
        .. Enumerable.Range('!', '~' - '!' + 1).Concat(Enumerable.Range(0xA1, 12)).Concat(Enumerable.Range(0xAE, 82)).Select(b => (byte)b),
        .. Enumerable.Range(0, 0x21).Concat(Enumerable.Range(0x7F, 0x22)).Append(0xAD).Select(b => (byte)b),
    ];

    public static Dictionary<string, GgufValue> Keys => new()
    {
        ["tokenizer.ggml.model"] = GgufValue.From("gpt2"),
        ["tokenizer.ggml.pre"] = GgufValue.From("gpt-2"),
        ["tokenizer.ggml.tokens"] = GgufValue.From(GgufArray.From([.. Bytes.Select(Character), "<|endoftext|>"])),
        ["tokenizer.ggml.token_type"] = GgufValue.From(GgufArray.From([.. Enumerable.Repeat(1, 256), 3])),
        ["tokenizer.ggml.merges"] = GgufValue.From(GgufArray.From(Array.Empty<string>())),
        ["tokenizer.ggml.eos_token_id"] = GgufValue.From(256u),
        ["tokenizer.ggml.bos_token_id"] = GgufValue.From(256u),
        ["tokenizer.ggml.add_bos_token"] = GgufValue.From(false),
    };

    public static int IdOf(byte value) => Array.IndexOf(Bytes, value);

    private static string Character(byte value, int id) => ((char)(id < 188 ? value : 0x100 + id - 188)).ToString();
}
