using System.Text.RegularExpressions;
using Mibera.Inference.Tests.Models;

namespace Mibera.Run.Tests;

/// <summary>--prompt-cache: the second run reads one token of the same prompt, and what the first had in common of another.</summary>
public sealed partial class PromptCacheTests : ToolTest
{
    private const string Text = "once there was a cat who";

    [Fact]
    public async Task TheSamePromptIsReadOnce()
    {
        string[] run = ["-m", Write(TinyModel.Phi3()), "-t", "1", "--temp", "0", "-n", "8", "-v", "--prompt-cache", Save("cache", [])];
        File.Delete(run[^1]);
        var first = await Tool.RunAsync([.. run, "-p", Text]);
        var second = await Tool.RunAsync([.. run, "-p", Text]);
        var other = await Tool.RunAsync([.. run, "-p", Text + "m"]);
        Assert.Equal((0, first.Text), (second.ExitCode, second.Text));
        Assert.True(Prefilled(first) > 5, first.Error);
        Assert.Equal(1, Prefilled(second));
        Assert.InRange(Prefilled(other), 1, Prefilled(first) - 1);
    }

    /// <summary>The model itself, say, in the place of the option after it.</summary>
    [Fact]
    public async Task AFileOfAnotherKindIsLeftAlone()
    {
        var model = Write(TinyModel.Phi3());
        var bytes = File.ReadAllBytes(model);
        var line = (await Tool.RunAsync("-m", model, "-n", "2", "-p", Text, "--prompt-cache", model)).Failure(2);
        Assert.Contains("no saved session", line, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(model));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AFileOfNoUseIsSaidSoAndWrittenAnew(bool otherModel)
    {
        var cache = Save("cache", "MIBERAST of old"u8.ToArray());
        if (otherModel)
        {
            File.Delete(cache);
            await Tool.RunAsync("-m", Write(TinyModel.Phi2()), "-t", "1", "-n", "2", "-p", Text, "--prompt-cache", cache);
        }
        // Under the same name.
        string[] run = ["-m", Write(TinyModel.Phi3()), "-t", "1", "--temp", "0", "-n", "8", "-v", "-p", Text, "--prompt-cache", cache];
        var first = await Tool.RunAsync(run);
        Assert.Equal(0, first.ExitCode);
        Assert.Contains("--prompt-cache", first.Error, StringComparison.Ordinal);
        Assert.Equal(1, Prefilled(await Tool.RunAsync(run)));
    }

    private static int Prefilled(ToolResult result) =>
        int.Parse(PrefillFigure().Match(result.Error).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"prefill (\d+) token")]
    private static partial Regex PrefillFigure();
}
