using System.Text;
using System.Text.RegularExpressions;
using Mibera.Inference.Tests.Kernels;
using Mibera.Inference.Tokenization;

namespace Mibera.Inference.Tests.Tokenization;

/// <summary>The scanners against the regular expressions that they replace, on texts where .NET's agree: without surrogates.</summary>
public sealed class PreTokenizerTests
{
    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private const string U = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", W = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]", Prefix = @"[^\r\n\p{L}\p{N}]?";
    private const string C = "(?i:'s|'t|'re|'ve|'m|'ll|'d)", Rest = @"|\s*[\r\n]+|\s+(?!\S)|\s+";

    private static readonly string Alphabet =
        "aabbcdeilmrstvzABDLMREST''''0123456789½²Ⅷ٣   \t\n\r\n\u00a0\u0085\u3000.,!?-_/\\\"$+<=>^~|`#*()[]@%&"
        + "éßÄŒǅªʰ中あ한مש\u0301\u0903\u20dd\u0e31\u17b6\u200d\u0000\u007f€©→…—«»";

    public static TheoryData<string> Names { get; } =
        ["gpt-2", "phi-2", "smollm", "default", "dbrx", "llama-bpe", "llama3", "llama-v3", "qwen2", "gpt-4o", "tekken"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Cuts_where_the_regular_expressions_cut(string name)
    {
        var expressions = Expressions(name).Select(expression => new Regex(expression, RegexOptions.CultureInvariant)).ToArray();
        var scanner = PreTokenizerChoice.Find(name)!.PreTokenizer;
        var random = new TestRandom(20240601);
        for (var round = 0; round < 4000; round++)
        {
            var text = new string([.. Enumerable.Range(0, 1 + random.Next(24)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            var expected = expressions.Aggregate((IEnumerable<string>)[text], (pieces, regex) => pieces.SelectMany(piece => Split(piece, regex)));
            Assert.Equal(expected, Scan(scanner, Encoding.UTF8.GetBytes(text)).Select(Encoding.UTF8.GetString));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Cuts_any_bytes_into_pieces_that_make_them_again(string name)
    {
        var scanner = PreTokenizerChoice.Find(name)!.PreTokenizer;
        var random = new TestRandom(7);
        for (var round = 0; round < 500; round++)
        {
            var bytes = Enumerable.Range(0, 1 + random.Next(40)).Select(_ => (byte)random.Next(256)).ToArray();
            Assert.Equal(bytes, Scan(scanner, bytes).SelectMany(piece => piece));
        }
    }

    [Fact]
    public void A_character_beyond_the_basic_plane_is_one_character()
    {
        // Mathematical capital letters are letters, Deseret has case, and these digits are numbers.
        Assert.Equal(["𝐀𝐁", " 𐐀𐐨", " ", "𝟎𝟏𝟐", "𝟑"], Pieces("dbrx", "𝐀𝐁 𐐀𐐨 𝟎𝟏𝟐𝟑"));
        Assert.Equal(["𐐀𐐨", "𐐀𐐨"], Pieces("gpt-4o", "𐐀𐐨𐐀𐐨"));
    }

    [Fact]
    public void A_long_s_is_an_s_where_case_is_ignored()
    {
        Assert.Equal(["it", "'ſ"], Pieces("dbrx", "it'ſ"));
        Assert.Equal(["it'ſ"], Pieces("gpt-4o", "it'ſ"));
        Assert.Equal(["it", "'", "ſ"], Pieces("gpt-2", "it'ſ"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Takes_time_in_proportion_to_the_text(string name)
    {
        // A quarter of a million of each; a scanner that looks at a run again for each of its pieces would take minutes.
        var scanner = PreTokenizerChoice.Find(name)!.PreTokenizer;
        foreach (var run in (string[])["a", "A", "\u0301", "\u0301A", "0", "½", " ", "\n", " \n", "'", ".", "\t.", "1 "])
        {
            ReadOnlySpan<byte> text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(run, 1 << 18)));
            while (!text.IsEmpty) text = text[scanner.FirstPiece(text)..];
        }
    }

    private static string[] Expressions(string name) => name switch
    {
        "gpt-2" or "phi-2" => [Gpt2],
        "smollm" => [@"\p{N}", Gpt2],
        "default" => [@"[\p{P}\$\+<=>\^~\|]+", Gpt2, @"\p{N}+", "[0-9][0-9][0-9]"],
        "qwen2" => [$@"{C}|{Prefix}\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*{Rest}"],
        "gpt-4o" => [$@"{Prefix}{U}*{W}+{C}?|{Prefix}{U}+{W}*{C}?|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*{Rest}"],
        "tekken" => [$@"{Prefix}{U}*{W}+|{Prefix}{U}+{W}*|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*{Rest}"],
        _ => [$@"{C}|{Prefix}\p{{L}}+|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*{Rest}"],
    };

    // Matches, and what is between them.
    private static IEnumerable<string> Split(string text, Regex regex)
    {
        var at = 0;
        foreach (Match match in regex.Matches(text))
        {
            if (match.Index > at) yield return text[at..match.Index];
            if (match.Length > 0) yield return match.Value;
            at = match.Index + match.Length;
        }

        if (at < text.Length) yield return text[at..];
    }

    private static IEnumerable<string> Pieces(string name, string text) =>
        Scan(PreTokenizerChoice.Find(name)!.PreTokenizer, Encoding.UTF8.GetBytes(text)).Select(Encoding.UTF8.GetString);

    private static IEnumerable<byte[]> Scan(PreTokenizer scanner, byte[] text)
    {
        for (var at = 0; at < text.Length;)
        {
            var length = scanner.FirstPiece(text.AsSpan(at));
            Assert.InRange(length, 1, text.Length - at);
            yield return text[at..(at + length)];
            at += length;
        }
    }
}
