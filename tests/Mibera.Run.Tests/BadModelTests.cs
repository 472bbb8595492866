using Mibera.Inference.Gguf;
using Mibera.Inference.Tests.Models;

namespace Mibera.Run.Tests;

/// <summary>Files that are no models: one line that names the file, exit code 1.</summary>
public sealed class BadModelTests : ToolTest
{
    [Fact]
    public async Task NoGguf()
    {
        foreach (var path in new[] { PathOf("absent.gguf"), Save("empty.gguf", []), Save("page.gguf", "<html></html>"u8), Path.GetTempPath() })
            await AssertRefused(path);
    }

    [Fact]
    public async Task Truncated()
    {
        var whole = File.ReadAllBytes(Write(TinyModel.Phi3()));
        foreach (var length in new[] { 4, 100, whole.Length / 2, whole.Length - 1 })
            await AssertRefused(Save("part.gguf", whole.AsSpan(0, length)));
    }

    [Fact]
    public async Task Incomplete()
    {
        var line = await AssertRefused(Write(TinyModel.Phi2().Without("output_norm.weight", "blk.1.attn_qkv.weight")));
        Assert.Contains("output_norm.weight is missing; blk.1.attn_qkv.weight is missing", line, StringComparison.Ordinal);
        await AssertRefused(Write(TinyModel.Phi3().Set("attention.head_count", GgufValue.From(0u))));
    }

    [Fact]
    public async Task WeightsOfNaN()
    {
        var model = TinyModel.Phi3();
        model.Tensors["blk.1.ffn_down.weight"].Values.AsSpan().Fill(float.NaN);
        var path = Write(model);
        // The prompt is shown only once it has been read and has a continuation.
        Assert.Contains("logit", await AssertRefused(path, "-p", "a"), StringComparison.Ordinal);
        await AssertRefused(path, "--perplexity", "-p", "a text long enough", "-c", "8");
    }

    [Fact]
    public async Task ASplitModelWithoutItsSecondPart()
    {
        var writer = new GgufWriter();
        writer.Add("split.no", GgufValue.From((ushort)0));
        writer.Add("split.count", GgufValue.From((ushort)2));
        writer.Add("split.tensors.count", GgufValue.From(2));
        writer.AddTensor("t", GgmlType.I32, [1], new byte[4]);
        var path = PathOf("model-00001-of-00002.gguf");
        writer.WriteTo(path);
        Assert.Contains("model-00002-of-00002.gguf", await AssertRefused(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANameThatATerminalWouldObey()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such file names.");
        Assert.Contains(@"\x1B[31m", (await Tool.RunAsync("-m", PathOf("\u001b[31mred\n.gguf"))).Failure(ExitCode.Failure), StringComparison.Ordinal);
    }

    private static async Task<string> AssertRefused(string path, params string[] arguments)
    {
        var line = (await Tool.RunAsync(["-m", path, .. arguments is [] ? ["-p", "a"] : arguments])).Failure(ExitCode.Failure);
        Assert.StartsWith($"mibera-run: {path}", line, StringComparison.Ordinal);
        return line;
    }
}
