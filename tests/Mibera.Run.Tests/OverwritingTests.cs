using Mibera.Inference.Tests.Models;

namespace Mibera.Run.Tests;

/// <summary>Names typed by mistake cost no file, and what a script should know is on stderr wherever it goes.</summary>
public sealed class OverwritingTests : ToolTest
{
    [Theory]
    [InlineData("--logits")]
    [InlineData("--prompt-cache")]
    public async Task AModelIsNotOverwritten(string option)
    {
        var model = Write(TinyModel.Phi3());
        var before = File.ReadAllBytes(model);
        var line = (await Tool.RunAsync("-m", model, "-p", "abc", "-n", "2", option, model)).Failure(ExitCode.Usage);
        Assert.Contains(model, line, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(model));
    }

    [Fact]
    public async Task APromptCacheNeedsAName() =>
        Assert.Contains("--prompt-cache", (await Tool.RunAsync("-m", Write(TinyModel.Phi3()), "-p", "abc", "--prompt-cache", "")).Failure(ExitCode.Usage), StringComparison.Ordinal);

    [Fact]
    public async Task AFullContextIsSaidWithoutATerminal()
    {
        var result = await Tool.RunAsync("-m", Write(TinyModel.Phi3()), "-p", "abc", "-c", "16", "--ignore-eos", "--temp", "0");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("the context of 16 tokens is full", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PrintPromptPrintsARawPromptToo() =>
        Assert.Equal("abc", (await Tool.RunAsync("-m", Write(TinyModel.Phi3()), "-p", "abc", "-no-cnv", "--print-prompt")).Success());
}
