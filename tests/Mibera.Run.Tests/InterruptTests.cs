using System.Diagnostics;
using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;
using Mibera.Inference.Tests.Models;

namespace Mibera.Run.Tests;

/// <summary>Ctrl-C, wherever it comes: exit code 130, and with -v the timings. SIGTERM: the same with 143.</summary>
public sealed partial class InterruptTests : ToolTest
{
    private const int SigInt = 2, SigTerm = 15;

    private const int BigWidth = 1024, BigFeedForward = 8192, BigLayers = 8;

    [Theory]
    [InlineData(SigInt, ExitCode.Interrupted)]
    [InlineData(SigTerm, ExitCode.Terminated)]
    public async Task DuringGeneration(int signal, int code)
    {
        SkipWithoutSignals(signal);
        var process = Tool.Start("-m", Parrot(), "-p", "a", "-no-cnv", "-c", "100000", "--ignore-eos", "-v");
        await process.StandardOutput.BaseStream.ReadExactlyAsync(new byte[4], TestContext.Current.CancellationToken);
        await AssertInterrupted(process, "decode [1-9]", signal, code);
    }

    [Fact]
    public async Task DuringPrefill()
    {
        SkipWithoutSignals();
        var model = WriteBig(contradictory: false);
        var process = Tool.Start("-m", model, "-p", new string('a', 4000), "-no-cnv", "-c", "4096", "-ub", "64", "-v");
        // The report ends the loading; the prompt takes long from then on: five seconds on the fastest two cores known.
        while (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("rope.freq_base", StringComparison.Ordinal))
            continue;
        var loaded = process.TotalProcessorTime;
        WaitUntil(process, () => process.TotalProcessorTime > loaded + TimeSpan.FromSeconds(1));
        await AssertInterrupted(process, "prefill .* decode 0 tokens");
    }

    [Fact]
    public async Task DuringLoading()
    {
        SkipWithoutSignals();
        var model = WriteBig(contradictory: true);
        var process = Tool.Start("-m", model, "-p", "a", "-no-cnv", "-v");
        // Once the file is mapped the tool is at work on it: the probe takes most of a second.
        WaitUntil(process, () => File.ReadAllText($"/proc/{process.Id}/maps").Contains(model, StringComparison.Ordinal));
        await AssertInterrupted(process, "load .* peak RSS");
    }

    /// <summary>Polls on this thread, a minute at most: a continuation would wait for its turn among those of other tests.</summary>
    private static void WaitUntil(Process process, Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!process.HasExited && clock.Elapsed < TimeSpan.FromMinutes(1) && !condition())
            Thread.Sleep(1);
    }

    private static void SkipWithoutSignals(int signal = SigInt)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Signals are sent with kill(2), and /proc tells when.");
        var ignored = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))["SigIgn:".Length..];
        Assert.SkipWhen(
            (Convert.ToUInt64(ignored.Trim(), 16) >> (signal - 1) & 1) != 0, "The signal is ignored here, as in the background of a shell, and so in what is started.");
    }

    private static async Task AssertInterrupted(Process process, string timings, int signal = SigInt, int code = ExitCode.Interrupted)
    {
        // Of a tool that has ended already the exit code tells.
        _ = Kill(process.Id, signal);
        var result = await Tool.FinishAsync(process);
        Assert.True(result.ExitCode == code, $"exit code {result.ExitCode}, stderr: {result.Error}");
        Assert.Matches(timings, result.Error);
        Assert.DoesNotContain("mibera-run:", result.Error, StringComparison.Ordinal);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    /// <summary>A model of zeros that takes no disk space, but as long to compute as one of 270M weights.</summary>
    private string WriteBig(bool contradictory)
    {
        var writer = new GgufWriter();
        foreach (var (key, value) in TinyVocabulary.Keys)
            writer.Add(key, value);
        var label = contradictory ? "phi2" : "phi3";
        writer.Add("general.architecture", GgufValue.From(label));
        writer.Add($"{label}.context_length", GgufValue.From(4096u));
        writer.Add($"{label}.attention.head_count", GgufValue.From(16u));
        writer.Add($"{label}.attention.head_count_kv", GgufValue.From(contradictory ? 8u : 16u));
        writer.Add($"{label}.attention.layer_norm_{(contradictory ? "" : "rms_")}epsilon", GgufValue.From(1e-5f));
        writer.AddZeroTensor("token_embd.weight", GgmlType.Q4_0, BigWidth, TinyModel.Vocabulary);
        writer.AddZeroTensor("output_norm.weight", GgmlType.F32, BigWidth);
        for (var i = 0; i < BigLayers; i++)
        {
            writer.AddZeroTensor($"blk.{i}.attn_norm.weight", GgmlType.F32, BigWidth);
            writer.AddZeroTensor($"blk.{i}.ffn_norm.weight", GgmlType.F32, BigWidth);
            writer.AddZeroTensor($"blk.{i}.attn_qkv.weight", GgmlType.Q4_0, BigWidth, 3 * BigWidth);
            writer.AddZeroTensor($"blk.{i}.attn_output.weight", GgmlType.Q4_0, BigWidth, BigWidth);
            writer.AddZeroTensor($"blk.{i}.ffn_up.weight", GgmlType.Q4_0, BigWidth, 2 * BigFeedForward);
            writer.AddZeroTensor($"blk.{i}.ffn_down.weight", GgmlType.Q4_0, BigFeedForward, BigWidth);
        }
        writer.WriteTo(PathOf("big.gguf"));
        return PathOf("big.gguf");
    }
}
