using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Mibera.Inference.Tests.Tokenization;

/// <summary>Ids against those of llama.cpp and of the published tokenizers.</summary>
public sealed class ReferenceTests
{
    private const string Separator = "\n__ggml_vocab_test__\n";

    public static TheoryData<string> Vocabularies { get; } =
        ["ggml-vocab-gpt-2", "ggml-vocab-llama-spm", "ggml-vocab-phi-3", "vocab-phi4", "vocab-phi4mini"];

    public static TheoryData<string, string> UnicodeVocabularies { get; } = new()
    {
        { "vocab-phi4", "tokenizers/vocab-phi4.gguf" },
        { "vocab-phi4mini", "tokenizers/vocab-phi4mini.gguf" },
        { "ggml-vocab-gpt-2", "tokenizers/ggml-vocab-gpt-2.gguf" },
        { "smol", "smol/smol-chat-135m-Q4_1.gguf" },
    };

    // The expectations of vocab-phi4mini come from llama.cpp, whose gpt-4o misses combining marks: of the Khmer "\u17B6\u1793\u17CB"
    // it makes two tokens, the published o200k_base one.
    private const string KhmerOfLlamaCpp = " 22392 14167 ";
    private const string KhmerOfO200k = " 107516 ";

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void Encodes_as_llama_cpp_does(string name)
    {
        var tokenizer = VocabularyFixtures.Load($"tokenizers/{name}.gguf");
        var texts = File.ReadAllText(Fixtures.Path($"tokenizers/{name}.gguf.inp")).Split(Separator);
        var lines = File.ReadAllLines(Fixtures.Path($"tokenizers/{name}.gguf.out"));
        Assert.InRange(lines.Length, texts.Length - 1, texts.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            var expected = name == "vocab-phi4mini" ? lines[i].Replace(KhmerOfLlamaCpp, KhmerOfO200k) : lines[i];
            var ids = tokenizer.Encode(texts[i]);
            Assert.True(Ids(expected).SequenceEqual(ids), $"'{texts[i]}'\nexpected {expected}\nfound    {string.Join(' ', ids)}");
            Assert.Equal(texts[i], tokenizer.Decode(ids));
            Assert.Equal(ids.Length, tokenizer.CountTokens(texts[i]));
        }
    }

    [Theory]
    [MemberData(nameof(UnicodeVocabularies))]
    public void Encodes_hard_texts_as_the_published_tokenizers_do(string name, string file)
    {
        var tokenizer = VocabularyFixtures.Load(file);
        using var json = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Path("tokenizers/unicode.json")));
        foreach (var entry in json.RootElement.GetProperty(name).EnumerateArray())
        {
            var text = entry.GetProperty("text").GetString()!;
            var expected = entry.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            var ids = tokenizer.Encode(text);
            Assert.True(
                expected.SequenceEqual(ids), $"'{text}'\nexpected {string.Join(' ', expected)}\nfound    {string.Join(' ', ids)}");
            Assert.Equal(text, tokenizer.Decode(ids));
        }
    }

    [Fact]
    public void Decodes_a_long_text_of_Hugging_Face_ids()
    {
        var ids = File.ReadAllBytes(Fixtures.Path("smol/ppl.ids.i32"));
        var tokenizer = VocabularyFixtures.Load("smol/smol-chat-135m-Q4_1.gguf");
        Assert.Equal(File.ReadAllText(Fixtures.Path("smol/ppl.txt")), tokenizer.Decode(MemoryMarshal.Cast<byte, int>(ids)));
    }

    private static IEnumerable<int> Ids(string line) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture));
}
