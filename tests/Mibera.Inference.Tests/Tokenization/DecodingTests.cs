using System.Text;
using Mibera.Inference.Tests.Kernels;

namespace Mibera.Inference.Tests.Tokenization;

public sealed class DecodingTests
{
    [Theory]
    [InlineData("tokenizers/vocab-phi4.gguf")]
    [InlineData("tokenizers/ggml-vocab-phi-3.gguf")]
    [InlineData("tokenizers/ggml-vocab-gpt-2.gguf")]
    public void A_character_split_over_tokens_appears_whole(string file)
    {
        var tokenizer = VocabularyFixtures.Load(file);
        const string Text = "a𓀀😀é日𐍈\u0301";
        var decoder = tokenizer.CreateDecoder(atStart: true);
        var parts = tokenizer.Encode(Text).Select(decoder.Append).ToArray();
        Assert.Contains("", parts);
        Assert.DoesNotContain(parts, part => part.Contains('\uFFFD') || (part.Length > 0 && char.IsHighSurrogate(part[^1])));
        Assert.Equal(Text, string.Concat(parts));
        Assert.Equal("", decoder.Flush());
    }

    [Fact]
    public void A_character_that_is_never_completed_becomes_a_replacement()
    {
        var tokenizer = VocabularyFixtures.Load("tokenizers/ggml-vocab-phi-3.gguf");
        var bytes = Enumerable.Range(3, 256).ToArray();
        var decoder = tokenizer.CreateDecoder();
        Assert.Equal("", decoder.Append(bytes[0xF0]));
        Assert.Equal("", decoder.Append(bytes[0x9F]));
        Assert.Equal("\uFFFD", decoder.Flush());
        Assert.Equal("", decoder.Append(bytes[0xE2]));
        Assert.Equal("\uFFFDA", decoder.Append(bytes['A']));
        Assert.Equal("\uFFFD", decoder.Append(bytes[0xFF]));
    }

    [Theory]
    [InlineData("tokenizers/vocab-phi4.gguf")]
    [InlineData("tokenizers/vocab-phi4mini.gguf")]
    [InlineData("stories/stories-mibera.gguf")]
    public void Any_bytes_come_back(string file)
    {
        var tokenizer = VocabularyFixtures.Load(file);
        var random = new TestRandom(3);
        for (var round = 0; round < 200; round++)
        {
            var bytes = Enumerable.Range(0, random.Next(30)).Select(_ => (byte)random.Next(256)).ToArray();
            var decoded = tokenizer.EncodeUtf8(bytes).SelectMany(id => tokenizer.GetBytes(id).ToArray()).ToArray();
            Assert.Equal(bytes, tokenizer.AddSpacePrefix && bytes.Length > 0 ? decoded[1..] : decoded);
        }
    }

    [Fact]
    public void Bytes_that_a_byte_level_vocabulary_lacks_are_dropped()
    {
        var tokenizer = VocabularyFixtures.Load("smol/smol-chat-135m-Q4_1.gguf");
        Assert.Equal("ab", tokenizer.Decode(tokenizer.EncodeUtf8([(byte)'a', 0xFF, (byte)'b']), skipSpecial: false));
    }

    [Fact]
    public void Half_a_surrogate_pair_becomes_a_replacement()
    {
        var tokenizer = VocabularyFixtures.Load("tokenizers/vocab-phi4.gguf");
        Assert.Equal("a\uFFFDb", tokenizer.Decode(tokenizer.Encode("a\uD83Db")));
    }

    [Fact]
    public void The_visible_space_is_a_space_and_only_the_first_is_dropped()
    {
        var tokenizer = VocabularyFixtures.Load("tokenizers/ggml-vocab-llama-spm.gguf");
        const int Hello = 15043;
        Assert.Equal(" Hello"u8, tokenizer.GetBytes(Hello));
        Assert.Equal("Hello Hello", tokenizer.Decode([Hello, Hello]));
        Assert.Equal(" Hello", tokenizer.CreateDecoder().Append(Hello));
        Assert.Equal(tokenizer.Encode("a b"), tokenizer.Encode("a▁b"));
    }

    [Fact]
    public void Tokens_escape_to_one_line()
    {
        var tokenizer = VocabularyFixtures.Load("tokenizers/ggml-vocab-phi-3.gguf");
        Assert.Equal(@"\n", tokenizer.EscapeToken(3 + '\n'));
        Assert.Equal(@"\t", tokenizer.EscapeToken(3 + '\t'));
        Assert.Equal(@"\r", tokenizer.EscapeToken(3 + '\r'));
        Assert.Equal(@"\\", tokenizer.EscapeToken(3 + '\\'));
        Assert.Equal(@"\x00", tokenizer.EscapeToken(3));
        Assert.Equal(@"\xF0", tokenizer.EscapeToken(3 + 0xF0));
        Assert.Equal("<|end|>", tokenizer.EscapeToken(32007));
        Assert.Equal("日", tokenizer.EscapeToken(Assert.Single(tokenizer.Encode("日"), id => id > 258 && tokenizer.GetBytes(id).Length > 1)));
    }

    [Fact]
    public void An_id_outside_the_vocabulary_is_an_argument_error()
    {
        var tokenizer = VocabularyFixtures.Load("stories/stories-mibera.gguf");
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([512]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.GetBytes(-1).Length);
    }

    [Fact]
    public void Texts_mean_the_same_as_strings_and_as_UTF_8()
    {
        var tokenizer = VocabularyFixtures.Load("tokenizers/vocab-phi4mini.gguf");
        const string Text = "Grüße, 世界! 😀 <|end|>";
        Assert.Equal(tokenizer.Encode(Text, parseSpecial: true), tokenizer.EncodeUtf8(Encoding.UTF8.GetBytes(Text), parseSpecial: true));
    }
}
