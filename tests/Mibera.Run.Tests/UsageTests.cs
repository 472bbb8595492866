using Mibera.Inference.Tests.Models;

namespace Mibera.Run.Tests;

/// <summary>Wrong use: one line that names the option, exit code 2, and no model is loaded for it.</summary>
public sealed class UsageTests : ToolTest
{
    [Theory]
    [InlineData("-c", "-1")]
    [InlineData("-c", "999999999")]
    [InlineData("-t", "0")]
    [InlineData("--temp", "nan")]
    [InlineData("--seed", "abc")]
    [InlineData("--repeat-penalty", "inf")]
    [InlineData("--norm", "batch")]
    [InlineData("--rope-freq-base", "0")]
    [InlineData("--ram-budget", "much")]
    [InlineData("--ram-budget", "6")]
    public async Task ImpossibleValue(string option, string value)
    {
        var line = (await Tool.RunAsync("-m", "absent.gguf", option, value)).Failure(ExitCode.Usage);
        Assert.Contains($"{option} is '{value}'", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--no-such-option")]
    [InlineData("[suggest]")]
    [InlineData("-n")]
    [InlineData("-m", "")]
    [InlineData("-p", "a", "-f", "b")]
    [InlineData("-p", "a", "-sys", "b", "-no-cnv")]
    [InlineData("-p", "a", "--tools", "b", "-no-cnv")]
    [InlineData("--tokens", "1", "--tools", "b")]
    [InlineData("--tokenize", "--perplexity", "-p", "a")]
    [InlineData("--tokenize")]
    [InlineData("--logits", "out")]
    [InlineData("--tokens", "1,x")]
    [InlineData("--logit-bias", "5+nan")]
    [InlineData("--override-kv", "key=int:x")]
    [InlineData("--perplexity", "-p", "a", "-c", "3")]
    public async Task WrongUse(params string[] arguments) =>
        (await Tool.RunAsync(arguments is ["-m", ..] ? arguments : ["-m", "absent.gguf", .. arguments])).Failure(ExitCode.Usage);

    /// <summary>What other tools take, and this one does not, and what was forgotten.</summary>
    [Theory]
    [InlineData("there is no -ngl here", "-p", "a", "-ngl", "99")]
    [InlineData("there is no --flash-attn here", "--flash-attn=on")]
    [InlineData("given with -m", "phi.gguf")]
    [InlineData("is no command", "run", "phi4")]
    [InlineData("'run' stands alone", "-p", "Please", "run", "it")]
    [InlineData("which is 6 B", "-m", "absent.gguf", "--ram-budget", "6")]
    [InlineData("given with -p", "-p", "Why", "is", "the", "sky", "blue?")]
    [InlineData("there is no option '--temprature'", "--temprature", "1")]
    [InlineData("'[suggest]' stands alone", "[suggest]")]
    public async Task ItIsSaidWhatIsWrong(string expected, params string[] arguments) =>
        Assert.Contains(expected, (await Tool.RunAsync(arguments)).Failure(ExitCode.Usage), StringComparison.Ordinal);

    /// <summary>What only the model can tell.</summary>
    [Theory]
    [InlineData("--tokens", "1,257")]
    [InlineData("-p", "a", "-l", "257+1")]
    [InlineData("-p", "a longer text than that", "-c", "8")]
    [InlineData("-p", "too short", "--perplexity")]
    [InlineData("-p", "")]
    [InlineData("-n", "3")]
    public async Task WrongForTheModel(params string[] arguments) =>
        (await Tool.RunAsync(["-m", Write(TinyModel.Phi3()), .. arguments])).Failure(ExitCode.Usage);

    [Fact]
    public async Task APromptOf100Megabytes()
    {
        using (var file = File.Create(PathOf("prompt.txt")))
            file.SetLength(100_000_000);
        var line = (await Tool.RunAsync("-m", Write(TinyModel.Phi3()), "-f", PathOf("prompt.txt"))).Failure(ExitCode.Usage);
        Assert.Contains("100000000 bytes", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HelpAndVersion()
    {
        var help = (await Tool.RunAsync("--help")).Success();
        Assert.InRange(help.Split('\n').Length - 1, 20, 40);
        foreach (var option in new[] { "-m", "-p", "-f", "-n", "-c", "-t", "-s", "--temp", "--top-k", "--min-p", "-sys", "-no-cnv", "--messages", "--help-all" })
            Assert.Contains(option, help, StringComparison.Ordinal);
        var all = (await Tool.RunAsync("--help-all")).Success();
        foreach (var option in CommandLine.Create().Options.Select(o => o.Name))
            Assert.Contains(option, all, StringComparison.Ordinal);
        Assert.Matches(@"^\d+\.\d+\.\d+", (await Tool.RunAsync("--version")).Success());
    }
}
