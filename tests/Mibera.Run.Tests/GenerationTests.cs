using System.Runtime.InteropServices;
using System.Text;
using Mibera.Inference;
using Mibera.Inference.Tests.Models;

namespace Mibera.Run.Tests;

/// <summary>Text on stdout and nothing else there.</summary>
public sealed class GenerationTests : ToolTest
{
    [Fact]
    public async Task TheDemoAnnouncesItselfOnStderrAndTellsAStory()
    {
        var result = await Tool.RunAsync("-n", "12", "--temp", "0");
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("Once upon a time", result.Text, StringComparison.Ordinal);
        Assert.Contains("demo model stories260K", Assert.Single(result.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\U0001F600bcdefgh", "-p", "a")]
    [InlineData("\U0001F600bcdefgh", "-p", "a", "--no-display-prompt")]
    [InlineData("a", "-p", "a", "-n", "0")]
    [InlineData("a\U0001F600b", "-p", "a", "-n", "5", "-no-cnv")]
    [InlineData("a\uFFFD", "-p", "a", "-n", "2")]
    [InlineData("a\U0001F600bc", "-p", "a", "-r", "de")]
    [InlineData("a\U0001F600bc", "-p", "a", "-r", "zz", "-r", @"\x64e")]
    [InlineData("a\U0001F600bcdefgh<|endoftext|>", "-p", "a", "--ignore-eos", "--special", "-n", "12")]
    [InlineData("\nah", "-p", @"\nah")]
    [InlineData(@"\nah", "-p", @"\nah", "--no-escape")]
    [InlineData("@ah", "-p", "@ah")]
    [InlineData("\U0001F600bcdefgh", "-p", @"\xF0\x9F\x98\x80")]
    public async Task Continues(string expected, params string[] arguments) =>
        Assert.Equal(expected, (await Tool.RunAsync(["-m", Parrot(), "--temp", "0", "-t", "1", .. arguments])).Success());

    [Fact]
    public async Task TheTimingsNameTheSeedThatRepeatsTheText()
    {
        string[] arguments = ["-m", Write(TinyModel.Phi3()), "-p", "abc", "-n", "24", "--temp", "1.5", "--top-k", "0", "-v"];
        var first = await Tool.RunAsync(arguments);
        var seed = System.Text.RegularExpressions.Regex.Match(first.Error, @"\| seed (\d+) \|").Groups[1].Value;
        Assert.NotEmpty(seed);
        Assert.Equal(first.Bytes, (await Tool.RunAsync([.. arguments, "-s", seed])).Bytes);
    }

    [Fact]
    public async Task ASeedReproduces()
    {
        var model = Write(TinyModel.Phi3());
        string[] arguments = ["-m", model, "-p", "abc", "-n", "24", "--temp", "1.5", "--top-k", "0", "-s"];
        var first = await Tool.RunAsync([.. arguments, "7"]);
        Assert.Equal(first.Success(), (await Tool.RunAsync([.. arguments, "7"])).Success());
        Assert.NotEqual(first.Text, (await Tool.RunAsync([.. arguments, "8"])).Success());
    }

    [Fact]
    public async Task AFileIsTakenAsItIs()
    {
        byte[] bytes = [0xEF, 0xBB, 0xBF, .. "a\r\n\\n\0"u8, 0xC3, (byte)'\n'];
        var text = (await Tool.RunAsync("-m", Write(TinyModel.Phi3()), "--tokenize", "-f", Save("text", bytes))).Success();
        Assert.Equal(bytes.Select(b => TinyVocabulary.IdOf(b).ToString()), text.TrimEnd('\n').Split('\n').Select(line => line.Split('\t')[0]));
        Assert.Contains($"{TinyVocabulary.IdOf(0xC3)}\t\\xC3\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokenizeParsesSpecialTokensUnlessToldNotTo()
    {
        // No weights are needed.
        var model = TinyModel.Phi3();
        model.Tensors.Clear();
        var path = Write(model);
        Assert.Equal($"{TinyVocabulary.IdOf((byte)'a')}\ta\n256\t<|endoftext|>\n", (await Tool.RunAsync("-m", path, "--tokenize", "-p", "a<|endoftext|>")).Success());
        var plain = (await Tool.RunAsync("-m", path, "--tokenize", "-p", "a<|endoftext|>", "--no-parse-special")).Success();
        Assert.Equal(14, plain.Count(c => c == '\n'));
    }

    [Fact]
    public async Task LogitsAreThoseOfTheLibrary()
    {
        var path = Write(TinyModel.Phi3());
        // A longer file that is there already is replaced.
        var output = Save("logits", new byte[100_000]);
        Assert.Empty((await Tool.RunAsync("-m", path, "--tokens", "1,9,40", "--logits", output)).Success());
        using var model = await LanguageModel.LoadAsync(path, cancellationToken: TestContext.Current.CancellationToken);
        using var session = model.CreateSession();
        var expected = new List<float>();
        session.Evaluate([1, 9, 40], (_, logits) => expected.AddRange(logits));
        Assert.Equal(3 * TinyModel.Vocabulary, expected.Count);
        Assert.Equal(expected, MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(output)).ToArray());
    }

    [Fact]
    public async Task PerplexityIsTheLastLine()
    {
        var path = Write(TinyModel.Phi3());
        var text = string.Concat(Enumerable.Repeat("All work and no play. ", 10));
        var output = (await Tool.RunAsync("-m", path, "--perplexity", "-f", Save("text", Encoding.UTF8.GetBytes(text)), "-c", "64")).Success();
        using var model = await LanguageModel.LoadAsync(path, cancellationToken: TestContext.Current.CancellationToken);
        var expected = Perplexity.Measure(model, text, 64).Value;
        Assert.Equal(FormattableString.Invariant($"perplexity: {expected:F4}"), output.TrimEnd('\n').Split('\n')[^1]);
    }

    [Fact]
    public async Task OverridesReplaceMetadata()
    {
        var result = await Tool.RunAsync("-m", Parrot(), "-p", "a", "--temp", "0", "--ignore-eos", "-v",
            "--override-kv", "phi3.context_length=int:8", "--override-kv", "phi3.rope.freq_base=float:500",
            "--override-kv", "tokenizer.ggml.add_bos_token=bool:true", "--override-kv", "general.name=str:other name");
        Assert.Equal(0, result.ExitCode);
        Assert.Matches("option +phi3.rope.freq_base +500 by option, instead of 10000", result.Error);
        Assert.Contains("the context of 8 tokens is full", result.Error, StringComparison.Ordinal);
        Assert.Matches("load .* prefill 2 tokens, .* decode .* peak RSS", result.Error);
    }
}
