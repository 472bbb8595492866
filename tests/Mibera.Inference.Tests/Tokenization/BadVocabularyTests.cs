using Mibera.Inference.Gguf;
using Mibera.Inference.Tokenization;

namespace Mibera.Inference.Tests.Tokenization;

/// <summary>Vocabularies that contradict themselves: an error that names the key, or a warning and a tokenizer that works.</summary>
public sealed class BadVocabularyTests
{
    private readonly List<string> _warnings = [];

    private static GgufMetadata BytePair => TestVocabulary.BytePair(["a b"], [("<|end|>", 3)]);

    private static GgufMetadata SentencePiece => TestVocabulary.SentencePiece(["a", "b", "ab"], []);

    [Fact]
    public void A_file_without_tokenizer_says_so()
    {
        var error = Assert.Throws<GgufFormatException>(() => Tokenizer.FromGguf(new([], "some.gguf")));
        Assert.Equal("tokenizer.ggml.model", error.Key);
        Assert.Contains("some.gguf", error.Message);
    }

    [Fact]
    public void Other_kinds_of_vocabulary_are_not_supported()
    {
        var metadata = BytePair.With("tokenizer.ggml.model", GgufValue.From("bert"));
        Assert.Contains("'bert'", Assert.Throws<UnsupportedModelException>(() => Tokenizer.FromGguf(metadata)).Message);
    }

    public static TheoryData<string, string, object> WrongValues { get; } = new()
    {
        { "gpt2", "tokenizer.ggml.tokens", Array.Empty<string>() },
        { "llama", "tokenizer.ggml.tokens", Array.Empty<string>() },
        { "gpt2", "tokenizer.ggml.tokens", new[] { 1, 2, 3 } },
        { "gpt2", "tokenizer.ggml.tokens", "abc" },
        { "gpt2", "tokenizer.ggml.token_type", new[] { 1 } },
        { "llama", "tokenizer.ggml.token_type", new[] { 1 } },
        { "gpt2", "tokenizer.ggml.token_type", new[] { "a" } },
        { "gpt2", "tokenizer.ggml.token_type", "abc" },
        { "llama", "tokenizer.ggml.scores", new[] { 1 } },
        { "llama", "tokenizer.ggml.scores", new[] { "a" } },
        { "llama", "tokenizer.ggml.scores", "abc" },
        { "gpt2", "tokenizer.ggml.merges", "abc" },
        { "gpt2", "tokenizer.ggml.merges", new[] { 1 } },
        { "gpt2", "tokenizer.ggml.pre", new[] { 1 } },
        { "llama", "tokenizer.ggml.add_space_prefix", "abc" },
        { "llama", "tokenizer.ggml.add_bos_token", "abc" },
    };

    [Theory]
    [MemberData(nameof(WrongValues))]
    public void Values_of_the_wrong_type_or_length_are_errors_that_name_the_key(string model, string key, object value)
    {
        var metadata = (model == "gpt2" ? BytePair : SentencePiece).With(key, value switch
        {
            int[] numbers => GgufValue.From(GgufArray.From(numbers)),
            string[] strings => GgufValue.From(GgufArray.From(strings)),
            _ => GgufValue.From((string)value),
        });
        var error = Assert.Throws<GgufFormatException>(() => Tokenizer.FromGguf(metadata, _warnings.Add));
        Assert.Equal(key, error.Key);
        Assert.Contains(key, error.Message);
        Assert.Contains("test.gguf", error.Message);
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    public void One_token_is_a_vocabulary(string model)
    {
        var metadata = TestVocabulary.Metadata(model, [("a", 1)]);
        var tokenizer = Tokenizer.FromGguf(metadata, _warnings.Add);
        Assert.Contains(0, tokenizer.Encode("a"));
        Assert.DoesNotContain(tokenizer.Encode("xyz", addBos: true, parseSpecial: true), id => id != 0);
        Assert.NotEmpty(_warnings);
    }

    [Theory]
    [InlineData("bos_token_id")]
    [InlineData("eos_token_id")]
    [InlineData("eot_token_id")]
    [InlineData("unknown_token_id")]
    [InlineData("padding_token_id")]
    public void Special_ids_outside_the_vocabulary_are_ignored_with_a_warning(string key)
    {
        foreach (var value in (GgufValue[])[GgufValue.From(uint.MaxValue), GgufValue.From(-1), GgufValue.From(999), GgufValue.From("x")])
        {
            _warnings.Clear();
            var metadata = BytePair.With("tokenizer.ggml." + key, value).With("tokenizer.ggml.add_bos_token", GgufValue.From(true));
            var tokenizer = Tokenizer.FromGguf(metadata, _warnings.Add);
            Assert.Contains(_warnings, warning => warning.Contains(key));
            Assert.Equal([257], tokenizer.EndOfGenerationIds);
            Assert.False(tokenizer.AddBos);
            Assert.Equal([256], tokenizer.Encode("ab", addBos: true));
        }
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a ")]
    [InlineData(" b")]
    [InlineData("a unknown")]
    [InlineData("b c")]
    [InlineData("a\u3000b c")]
    public void Merges_that_cannot_apply_are_ignored_with_a_warning(string merge)
    {
        var metadata = BytePair.With("tokenizer.ggml.merges", GgufValue.From(GgufArray.From([merge, "a b", "a b"])));
        var tokenizer = Tokenizer.FromGguf(metadata, _warnings.Add);
        Assert.Equal([256, 66], tokenizer.Encode("abc"));
        Assert.Contains("1 of 3 merges", Assert.Single(_warnings));
    }

    [Fact]
    public void Without_merges_every_byte_is_a_token()
    {
        var metadata = new GgufMetadata(BytePair.Where(pair => pair.Key != "tokenizer.ggml.merges"));
        Assert.Equal([64, 65], Tokenizer.FromGguf(metadata, _warnings.Add).Encode("ab"));
        Assert.Contains("merges", Assert.Single(_warnings));
    }

    [Theory]
    [InlineData("<0x-1>")]
    [InlineData("<0xZZ>")]
    [InlineData("<0x 1>")]
    [InlineData("<0x123>")]
    [InlineData("x")]
    public void Byte_tokens_that_are_no_bytes_are_text(string token)
    {
        var tokenizer = Tokenizer.FromGguf(TestVocabulary.SentencePiece(["a"], [(token, 6)]), _warnings.Add);
        Assert.False(tokenizer.IsByte(260));
        Assert.Equal(token, tokenizer.EscapeToken(260));
        Assert.Contains(token, Assert.Single(_warnings));
    }

    [Fact]
    public void Bytes_without_tokens_become_the_unknown_token()
    {
        var metadata = TestVocabulary.Metadata("llama", [("<unk>", 2), ("a", 1)], ("tokenizer.ggml.add_space_prefix", GgufValue.From(false)));
        Assert.Equal([1, 0, 0, 1], Tokenizer.FromGguf(metadata).Encode("aéa"));
    }

    [Fact]
    public void Tokens_that_occur_twice_mean_the_first()
    {
        var tokenizer = Tokenizer.FromGguf(TestVocabulary.SentencePiece(["ab", "a", "ab"], []), _warnings.Add);
        Assert.Contains(259, tokenizer.Encode("ab"));
        Assert.Contains("more than once", Assert.Single(_warnings));
    }

    [Fact]
    public void Tokens_may_be_empty_or_no_UTF_8()
    {
        var tokens = GgufArray.FromUtf8([[], [0xFF, 0xFE], "a"u8.ToArray(), [0xE2, 0x96]]);
        foreach (var model in (string[])["gpt2", "llama"])
        {
            var metadata = TestVocabulary.Metadata(model, [], ("tokenizer.ggml.tokens", GgufValue.From(tokens)),
                ("tokenizer.ggml.token_type", GgufValue.From(GgufArray.From([3, 3, 1, 1]))));
            var tokenizer = Tokenizer.FromGguf(metadata, _warnings.Add);
            Assert.Contains(2, tokenizer.Encode("a", parseSpecial: true));
            Assert.Equal([1], tokenizer.EncodeUtf8([0xFF, 0xFE], parseSpecial: true));
        }
    }

    [Theory]
    [InlineData("phi2", 51200, "gpt-2")]
    [InlineData("phi2", 100352, "dbrx")]
    [InlineData("phi3", 200064, "gpt-4o")]
    [InlineData("phi2", 300, "phi-2")]
    [InlineData("phi3", 300, "dbrx")]
    [InlineData("llama", 300, "llama-bpe")]
    [InlineData("gpt2", 300, "default")]
    public void A_pre_tokenizer_that_is_not_known_is_guessed_with_a_warning(string architecture, int tokens, string expected)
    {
        foreach (var name in (string?[])[null, "my-own"])
        {
            _warnings.Clear();
            var values = new Dictionary<string, GgufValue> { ["general.architecture"] = GgufValue.From(architecture) };
            if (name is not null) values["tokenizer.ggml.pre"] = GgufValue.From(name);
            Assert.Equal(expected, PreTokenizerChoice.Read(new GgufMetadata(values), tokens, _warnings.Add).Name);
            Assert.Contains($"'{expected}'", Assert.Single(_warnings));
        }
    }
}
