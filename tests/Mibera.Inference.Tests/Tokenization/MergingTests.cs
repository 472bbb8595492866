using System.Text;
using Mibera.Inference.Gguf;
using Mibera.Inference.Tests.Kernels;
using Mibera.Inference.Tokenization;
using Microsoft.ML.Tokenizers;

namespace Mibera.Inference.Tests.Tokenization;

/// <summary>The merging against slower ways to do the same.</summary>
public sealed class MergingTests
{
    [Theory]
    [InlineData("tokenizers/ggml-vocab-gpt-2.gguf")]
    [InlineData("tokenizers/vocab-phi4.gguf")]
    public void Byte_pairs_merge_as_in_Microsoft_ML_Tokenizers(string file)
    {
        var metadata = VocabularyFixtures.Metadata(file);
        var tokens = metadata.GetStringArrayOrNull("tokenizer.ggml.tokens")!.ToStringArray();
        var library = BpeTokenizer.Create(new BpeOptions(tokens.Select((token, id) => KeyValuePair.Create(token, id)))
        {
            Merges = metadata.GetStringArrayOrNull("tokenizer.ggml.merges")!.ToStringArray(),
            ByteLevel = true,
            PreTokenizer = new ScannerPreTokenizer(PreTokenizerChoice.Find(metadata.GetStringOrNull("tokenizer.ggml.pre")!)!.PreTokenizer),
        });
        var tokenizer = VocabularyFixtures.Load(file);
        foreach (var text in Texts(300)) Assert.Equal(library.EncodeToIds(text), tokenizer.Encode(text));
    }

    [Theory]
    [InlineData("stories/stories-mibera.gguf")]
    [InlineData("tokenizers/ggml-vocab-llama-spm.gguf")]
    public void SentencePiece_merges_as_the_whole_text_at_once(string file)
    {
        var metadata = VocabularyFixtures.Metadata(file);
        var scores = metadata.GetFloatsOrNull("tokenizer.ggml.scores")!;
        var types = metadata.GetInt32sOrNull("tokenizer.ggml.token_type")!;
        var tokens = metadata.GetStringArrayOrNull("tokenizer.ggml.tokens")!;
        var ids = new Dictionary<string, int>();
        var bytes = new int[256];
        for (var id = 0; id < tokens.Count; id++)
        {
            if (types[id] == 1) ids[tokens.GetString(id)] = id;
            else if (types[id] == 6) bytes[Convert.ToByte(tokens.GetString(id)[3..5], 16)] = id;
        }

        var tokenizer = VocabularyFixtures.Load(file);
        foreach (var text in Texts(200)) Assert.Equal(SlowSentencePiece(text, ids, scores, bytes), tokenizer.Encode(text));
    }

    [Fact]
    public void Of_equal_scores_the_leftmost_pair_merges()
    {
        var tokenizer = Tokenizer.FromGguf(TestVocabulary.SentencePiece(["a", "aa"], []));
        Assert.Equal([3 + ' ', 260, 259], tokenizer.Encode("aaa"));
    }

    [Fact]
    public void A_word_of_a_quarter_million_letters_takes_no_longer_than_its_length_wants()
    {
        var word = string.Concat(Enumerable.Repeat("aaab", 1 << 16));
        foreach (var metadata in (GgufMetadata[])[
            TestVocabulary.BytePair(["a a", "aa aa", "a b"], []), TestVocabulary.SentencePiece(["aa", "aaaa", "ab", "a", "b"], [])])
        {
            var tokenizer = Tokenizer.FromGguf(metadata);
            var ids = tokenizer.Encode(word);
            Assert.Equal(word, tokenizer.Decode(ids));
            Assert.InRange(ids.Length, 1 << 17, (1 << 17) + 2);
        }
    }

    [Fact]
    public void A_piece_beyond_the_longest_merge_is_cut_between_characters()
    {
        var tokenizer = Tokenizer.FromGguf(TestVocabulary.SentencePiece(["あ", "ああ"], []));
        var text = new string('あ', 1 << 19);
        var ids = tokenizer.Encode(text);
        Assert.Equal(text, tokenizer.Decode(ids));
        Assert.InRange(ids.Length, 1 << 18, (1 << 18) + 4);
    }

    [Fact]
    public void A_piece_that_is_a_token_needs_no_merges_where_the_pre_tokenizer_says_so()
    {
        (string, GgufValue) Pre(string name) => ("tokenizer.ggml.pre", GgufValue.From(name));
        string[] merges = ["a b"];
        (string, int)[] whole = [("abc", 1)];
        Assert.Equal([257], Tokenizer.FromGguf(TestVocabulary.BytePair(merges, whole, Pre("llama-bpe"))).Encode("abc"));
        Assert.Equal([256, 66], Tokenizer.FromGguf(TestVocabulary.BytePair(merges, whole, Pre("dbrx"))).Encode("abc"));
    }

    private static IEnumerable<string> Texts(int count)
    {
        string[] words =
        [
            "hello", " world", "aaaaaaa", "aaa", " ", "  ", "     ", "\n", "\n\n", "Unbelievable", "tokenization", " 12345", "3.14", "été",
            "日本語", "привет", "😀", "👩‍👩‍👧", "…", "'s", "'ll", "don't", "ABCdef", "!!!", "====", "the the", "▁", "\u0301", "\t", "<s>", "zzz",
        ];
        var random = new TestRandom(99);
        for (var i = 0; i < count; i++)
            yield return string.Concat(Enumerable.Range(0, 1 + random.Next(12)).Select(_ => words[random.Next(words.Length)]));
    }

    // The definition: look for the best pair in the whole text, merge it, begin again.
    private static List<int> SlowSentencePiece(string text, Dictionary<string, int> ids, float[] scores, int[] bytes)
    {
        var symbols = (" " + text).Replace(' ', '▁').EnumerateRunes().Select(rune => rune.ToString()).ToList();
        while (true)
        {
            var best = -1;
            for (var i = 0; i + 1 < symbols.Count; i++)
                if (ids.TryGetValue(symbols[i] + symbols[i + 1], out var id)
                    && (best < 0 || scores[id] > scores[ids[symbols[best] + symbols[best + 1]]])) best = i;
            if (best < 0) break;
            symbols[best] += symbols[best + 1];
            symbols.RemoveAt(best + 1);
        }

        return [.. symbols.SelectMany(symbol =>
            ids.TryGetValue(symbol, out var id) ? [id] : Encoding.UTF8.GetBytes(symbol).Select(b => bytes[b]))];
    }

    private sealed class ScannerPreTokenizer(Mibera.Inference.Tokenization.PreTokenizer scanner) : Microsoft.ML.Tokenizers.PreTokenizer
    {
        public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => PreTokenize(text.AsSpan());

        public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text)
        {
            var pieces = new List<(int, int)>();
            var utf8 = Encoding.UTF8.GetBytes(text.ToString());
            for (int at = 0, offset = 0; at < utf8.Length;)
            {
                var length = scanner.FirstPiece(utf8.AsSpan(at));
                var characters = Encoding.UTF8.GetCharCount(utf8, at, length);
                pieces.Add((offset, characters));
                at += length;
                offset += characters;
            }

            return pieces;
        }
    }
}
