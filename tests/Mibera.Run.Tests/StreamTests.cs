namespace Mibera.Run.Tests;

/// <summary>Readers that leave, disks that are full, streams that are closed; terminals.</summary>
public sealed class StreamTests : ToolTest
{
    [Fact]
    public async Task AReaderThatLeavesEndsTheRunQuietly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The console stream there does not tell.");
        var process = Tool.Start("-m", Parrot(), "-p", "a", "-c", "100000", "--ignore-eos");
        var first = new byte[4];
        await process.StandardOutput.BaseStream.ReadExactlyAsync(first, TestContext.Current.CancellationToken);
        process.StandardOutput.Close();
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((0, ""), (process.ExitCode, error));
        process.Dispose();
    }

    [Theory]
    [InlineData("-p", "a")]
    [InlineData("-p", "a", "--tokenize")]
    [InlineData("--help")]
    public async Task AFullDisk(params string[] arguments)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full.");
        var line = (await Tool.ShellAsync("exec \"$@\" >/dev/full", ["-m", Parrot(), .. arguments])).Failure(ExitCode.Failure);
        Assert.Contains("stdout cannot be written", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StdoutClosed() =>
        Assert.Contains("stdout cannot be written", (await Tool.ShellAsync("exec \"$@\" >&-", "-m", Parrot(), "-p", "a")).Failure(ExitCode.Failure), StringComparison.Ordinal);

    [Theory]
    [InlineData("2>&-")]
    [InlineData("2>/dev/full")]
    public async Task AStderrThatCannotBeWrittenDoesNoHarm(string redirection)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full.");
        Assert.Equal("a\U0001F600bcdefgh", (await Tool.ShellAsync($"exec \"$@\" {redirection}", "-m", Parrot(), "-p", "a", "--temp", "0", "-v")).Success());
    }

    [Fact]
    public async Task UnwritableOutput()
    {
        string[] arguments = ["-m", Parrot(), "-p", "a", "--logits"];
        foreach (var path in new[] { PathOf("absent/out"), Path.GetTempPath() })
            (await Tool.RunAsync([.. arguments, path])).Failure(ExitCode.Failure);
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full.");
        (await Tool.RunAsync([.. arguments, "/dev/full"])).Failure(ExitCode.Failure);
    }

    [Fact]
    public async Task ATerminalSeesTimingsWithoutAsking()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "There is no script(1), which makes a terminal.");
        var command = Tool.Quoted("-m", Parrot(), "-p", "a", "--temp", "0");
        var result = await Tool.ShellAsync($"exec script -qec \"{command}\" /dev/null");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("reading the prompt", result.Text, StringComparison.Ordinal);
        Assert.Contains("a\U0001F600bcdefgh\r\nload ", result.Text, StringComparison.Ordinal);
    }
}
