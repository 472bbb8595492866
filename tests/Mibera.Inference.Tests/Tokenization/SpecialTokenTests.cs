using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Tokenization;

public sealed class SpecialTokenTests
{
    private const int UserDefined = 4, Control = 3;

    [Fact]
    public void Control_tokens_are_text_unless_they_are_to_be_parsed()
    {
        var tokenizer = VocabularyFixtures.Load("tokenizers/vocab-phi4.gguf");
        const string Text = "<|im_start|>user<|im_sep|>Hi<|im_end|>";
        Assert.Equal([100264, 882, 100266, 13347, 100265], tokenizer.Encode(Text, parseSpecial: true));
        var ids = tokenizer.Encode(Text);
        Assert.DoesNotContain(ids, tokenizer.IsControl);
        Assert.Equal(Text, tokenizer.Decode(ids));
    }

    [Fact]
    public void Decoding_shows_control_tokens_only_when_asked()
    {
        var tokenizer = VocabularyFixtures.Load("tokenizers/vocab-phi4.gguf");
        int[] ids = [100264, 882, 100266, 13347, 100265];
        Assert.Equal("userHi", tokenizer.Decode(ids));
        Assert.Equal("<|im_start|>user<|im_sep|>Hi<|im_end|>", tokenizer.Decode(ids, skipSpecial: false));
    }

    [Fact]
    public void Phi_3_drops_white_space_after_special_tokens_but_for_three()
    {
        var tokenizer = VocabularyFixtures.Load("tokenizers/ggml-vocab-phi-3.gguf");
        const int User = 32010, End = 32007, Hello = 15043, EndOfText = 32000;
        Assert.Equal([User, Hello, End, User], tokenizer.Encode("<|user|>\n \tHello<|end|>\n<|user|>  ", parseSpecial: true));
        var kept = tokenizer.Encode("<|endoftext|> Hello", parseSpecial: true);
        Assert.Equal([EndOfText, 29871, Hello], kept);
        Assert.Equal([1, 29871, Hello], tokenizer.Encode("<s> Hello", parseSpecial: true));
    }

    [Fact]
    public void White_space_after_special_tokens_stays_in_other_models()
    {
        var tokenizer = VocabularyFixtures.Load("tokenizers/vocab-phi4mini.gguf");
        const int End = 200020;
        Assert.Equal([End, .. tokenizer.Encode("\nHi")], tokenizer.Encode("<|end|>\nHi", parseSpecial: true));
    }

    [Fact]
    public void User_defined_tokens_are_always_parsed_the_longest_first()
    {
        var tokenizer = Tokenizer.FromGguf(TestVocabulary.BytePair([], [("<a>", UserDefined), ("<a><b>", UserDefined), ("<b>", Control)]));
        Assert.Equal([257, 256], tokenizer.Encode("<a><b><a>"));
        Assert.Equal([.. "<b>".Select(c => c - '!')], tokenizer.Encode("<b>"));
        Assert.Equal([258, 257], tokenizer.Encode("<b><a><b>", parseSpecial: true));
    }

    [Fact]
    public void Runs_of_spaces_as_Phi_2_adds_them_are_taken_the_longest_first()
    {
        var tokenizer = Tokenizer.FromGguf(TestVocabulary.BytePair([], [("  ", UserDefined), ("    ", UserDefined), ("\t\t", UserDefined)]));
        Assert.Equal(["a", "    ", "  ", " ", "\\t\\t", "b"], tokenizer.Encode("a       \t\tb").Select(tokenizer.EscapeToken));
    }

    [Fact]
    public void SentencePiece_puts_its_space_after_every_special_token()
    {
        var tokenizer = VocabularyFixtures.Load("tokenizers/ggml-vocab-llama-spm.gguf");
        const int Hello = 15043;
        Assert.Equal([1, Hello, 2, Hello], tokenizer.Encode("<s>Hello</s>Hello", parseSpecial: true));
        Assert.Equal([1, Hello], tokenizer.Encode("Hello", addBos: true));
        Assert.Equal("Hello", tokenizer.Decode([1, Hello]));
    }

    [Fact]
    public void No_space_is_put_in_front_where_the_file_says_so()
    {
        var metadata = VocabularyFixtures.Metadata("tokenizers/ggml-vocab-llama-spm.gguf")
            .With("tokenizer.ggml.add_space_prefix", GgufValue.From(false));
        var tokenizer = Tokenizer.FromGguf(metadata);
        Assert.Equal([10994], tokenizer.Encode("Hello"));
        Assert.Equal(" Hello", tokenizer.Decode(tokenizer.Encode(" Hello")));
    }

    [Fact]
    public void Bos_is_added_where_the_model_wants_it_and_never_twice()
    {
        var llama = VocabularyFixtures.Load("tokenizers/ggml-vocab-llama-spm.gguf");
        Assert.True(llama.AddBos);
        Assert.Equal([1], llama.Encode("", addBos: true));
        Assert.Equal(llama.Encode("Hi", addBos: true), llama.Encode("<s>Hi", addBos: true, parseSpecial: true));
        Assert.Equal(1, llama.Encode("<s>Hi", addBos: true)[0]);
        Assert.NotEqual(llama.Encode("Hi", addBos: true), llama.Encode("<s>Hi", addBos: true));

        var phi4 = VocabularyFixtures.Load("tokenizers/vocab-phi4.gguf");
        Assert.False(phi4.AddBos);
        Assert.Equal(phi4.Encode("Hi"), phi4.Encode("Hi", addBos: true));
    }

    [Theory]
    [InlineData("llama-bpe", true)]
    [InlineData("tekken", true)]
    [InlineData("dbrx", false)]
    [InlineData("gpt-4o", false)]
    public void Bos_of_byte_level_vocabularies_depends_on_the_pre_tokenizer(string name, bool adds)
    {
        var metadata = TestVocabulary.BytePair(
            [], [("<|bos|>", Control)], ("tokenizer.ggml.pre", GgufValue.From(name)), ("tokenizer.ggml.bos_token_id", GgufValue.From(256u)));
        Assert.Equal(adds, Tokenizer.FromGguf(metadata).AddBos);
        Assert.Equal(!adds, Tokenizer.FromGguf(metadata.With("tokenizer.ggml.add_bos_token", GgufValue.From(!adds))).AddBos);
    }

    [Theory]
    [InlineData("tokenizers/vocab-phi4.gguf", 100265, 100257, 100265)]
    [InlineData("tokenizers/vocab-phi4mini.gguf", 200020, 199999, 200020)]
    [InlineData("tokenizers/ggml-vocab-phi-3.gguf", 32007, 2, 32000, 32007)]
    [InlineData("tokenizers/ggml-vocab-gpt-2.gguf", 50256, 50256)]
    [InlineData("stories/stories-mibera.gguf", null, 2)]
    public void Generation_ends_at_the_tokens_known_by_name_whatever_the_file_says(string file, int? endOfTurn, params int[] ends)
    {
        var tokenizer = VocabularyFixtures.Load(file);
        Assert.Equal(endOfTurn, tokenizer.EotId);
        Assert.Equal(ends, tokenizer.EndOfGenerationIds.Order());
    }

    [Fact]
    public void A_marker_that_is_not_typed_control_ends_a_generation_all_the_same()
    {
        var warnings = new List<string>();
        var tokenizer = Tokenizer.FromGguf(TestVocabulary.BytePair([], [("<|end|>", 1), ("<|other|>", 1)]), warnings.Add);
        Assert.Equal([256], tokenizer.EndOfGenerationIds);
        Assert.True(tokenizer.IsControl(256));
        Assert.Equal([256], tokenizer.Encode("<|end|>", parseSpecial: true));
        Assert.Contains("<|end|>", Assert.Single(warnings));
    }

    [Fact]
    public void Special_tokens_are_found_by_their_names()
    {
        var tokenizer = VocabularyFixtures.Load("tokenizers/vocab-phi4.gguf");
        Assert.Equal(100266, tokenizer.FindSpecial("<|im_sep|>"));
        Assert.Null(tokenizer.FindSpecial("<|im_"));
        Assert.Null(tokenizer.FindSpecial("<|im_sep|>x"));
        Assert.Null(tokenizer.FindSpecial("hello"));
        Assert.Null(tokenizer.FindSpecial(""));
    }
}
