using System.Diagnostics;
using Mibera.Inference.Gguf;
using Mibera.Inference.Tests.Models;

namespace Mibera.Run.Tests;

/// <summary>Ctrl-C, wherever it comes: exit code 130, and with -v the timings.</summary>
public sealed class InterruptTests : ToolTest
{
    private const int BigWidth = 1024, BigFeedForward = 8192, BigLayers = 8;

    [Fact]
    public async Task DuringGeneration()
    {
        SkipWithoutSignals();
        var process = Tool.Start("-m", Parrot(), "-p", "a", "-c", "100000", "--ignore-eos", "-v");
        await process.StandardOutput.BaseStream.ReadExactlyAsync(new byte[4], TestContext.Current.CancellationToken);
        await AssertInterrupted(process, "decode [1-9]");
    }

    [Fact]
    public async Task DuringPrefill()
    {
        SkipWithoutSignals();
        var model = WriteBig(contradictory: false);
        var process = Tool.Start("-m", model, "-p", new string('a', 4000), "-c", "4096", "-ub", "64", "-v");
        // The report ends the loading; the prompt takes long from then on.
        while (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("rope.freq_base", StringComparison.Ordinal))
            continue;
        await Task.Delay(1000, TestContext.Current.CancellationToken);
        await AssertInterrupted(process, "prefill .* decode 0 tokens");
    }

    [Fact]
    public async Task DuringLoading()
    {
        SkipWithoutSignals();
        var model = WriteBig(contradictory: true);
        var process = Tool.Start("-m", model, "-p", "a", "-v");
        // Once the file is mapped the tool is at work on it: the probe takes long.
        while (!process.HasExited && !(await File.ReadAllTextAsync($"/proc/{process.Id}/maps", TestContext.Current.CancellationToken)).Contains(model, StringComparison.Ordinal))
            await Task.Delay(20, TestContext.Current.CancellationToken);
        await AssertInterrupted(process, "load .* peak RSS");
    }

    private static void SkipWithoutSignals() =>
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/bin/kill"), "SIGINT is sent with kill(1), and /proc tells when.");

    private static async Task AssertInterrupted(Process process, string timings)
    {
        using (var kill = Process.Start("/bin/kill", ["-INT", $"{process.Id}"]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        var result = await Tool.FinishAsync(process);
        Assert.Equal(ExitCode.Interrupted, result.ExitCode);
        Assert.Matches(timings, result.Error);
        Assert.DoesNotContain("mibera-run:", result.Error, StringComparison.Ordinal);
    }

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
