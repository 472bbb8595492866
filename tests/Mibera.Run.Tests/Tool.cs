using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Mibera.Run.Tests;

/// <summary>What a finished run of the tool said.</summary>
internal sealed record ToolResult(int ExitCode, byte[] Bytes, string Error)
{
    /// <summary>stdout, which must be valid UTF-8.</summary>
    public string Text => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Bytes);

    /// <summary>The tool failed as it promises to: nothing on stdout, one line on stderr.</summary>
    public string Failure(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode}, stderr: {Error}");
        Assert.Empty(Bytes);
        var line = Assert.Single(Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("mibera-run: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line, char.IsControl);
        return line;
    }

    /// <summary>The tool succeeded, and was quiet about it.</summary>
    public string Success()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}, stderr: {Error}");
        Assert.Empty(Error);
        return Text;
    }
}

/// <summary>Runs the built tool as a process of its own, without a terminal and with an empty stdin.</summary>
internal static class Tool
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly string Dll = Path.Combine(AppContext.BaseDirectory, "mibera-run.dll");

    // The runtime lies in ROOT/shared/Microsoft.NETCore.App/VERSION.
    private static readonly string Dotnet = Path.GetFullPath(
        Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    public static Task<ToolResult> RunAsync(params IEnumerable<string> arguments) => FinishAsync(Start(Dotnet, [Dll, .. arguments]));

    /// <summary>A shell's command line in which "$@" is the tool with its arguments.</summary>
    public static Task<ToolResult> ShellAsync(string script, params IEnumerable<string> arguments)
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "There is no /bin/sh.");
        return FinishAsync(Start("/bin/sh", ["-c", script, "sh", Dotnet, Dll, .. arguments]));
    }

    /// <summary>The tool's process, to be read from and signalled by the caller.</summary>
    public static Process Start(params IEnumerable<string> arguments) => Start(Dotnet, [Dll, .. arguments]);

    /// <summary>A command line for another shell.</summary>
    public static string Quoted(params IEnumerable<string> arguments) => string.Join(' ', ((string[])[Dotnet, Dll, .. arguments]).Select(a => $"'{a}'"));

    public static async Task<ToolResult> FinishAsync(Process process)
    {
        using (process)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(Limit);
            try
            {
                using var output = new MemoryStream();
                var copy = process.StandardOutput.BaseStream.CopyToAsync(output, limit.Token);
                var error = await process.StandardError.ReadToEndAsync(limit.Token);
                await copy;
                await process.WaitForExitAsync(limit.Token);
                return new ToolResult(process.ExitCode, output.ToArray(), error.ReplaceLineEndings("\n"));
            }
            finally
            {
                if (!process.HasExited)
                    process.Kill(entireProcessTree: true);
            }
        }
    }

    private static Process Start(string file, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }
}
