using Mibera.Inference.Gguf;
using Mibera.Inference.Models;
using Mibera.Inference.Tests.Gguf;

namespace Mibera.Inference.Tests.Models;

/// <summary>
/// Headers with the shapes of the real Mibera file and the metadata that its converters wrote: Phi-4 must be recognized.
/// The files are sparse, so there is nothing that a probe could read: the profile stands.
/// </summary>
public sealed class MiberaHeaderTests : TemporaryFolder
{
    [Theory]
    [InlineData(40u, false)]
    [InlineData(32u, false)]
    [InlineData(40u, true)]
    [InlineData(32u, true)]
    public void IsRecognizedAsPhi4(uint headCount, bool split)
    {
        using var file = GgufFile.Open(Write(headCount, split, zeroBias: false));
        var (config, report) = Resolve(file);
        Assert.Equal(NormKind.RmsNorm, config.Norm);
        Assert.Equal(1e-5f, config.NormEpsilon);
        Assert.Equal(250000f, config.Rope.Base);
        Assert.Equal(128, config.Rope.Dimensions);
        Assert.False(config.Rope.Interleaved);
        Assert.Equal((40, 10, 128), (config.Heads, config.KvHeads, config.HeadDimension));
        Assert.Equal(17920, config.FeedForward);
        foreach (var key in new[] { "head_count_kv", "feed_forward_length", "rope.freq_base", "general.architecture", "norm" })
            Assert.Contains(report.Entries, e => e.Kind == LoadReportKind.Overruled && e.Subject.Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public void InjectedZeroBiasIsNoEvidence()
    {
        using var file = GgufFile.Open(Write(40, split: false, zeroBias: true));
        Assert.Equal(NormKind.RmsNorm, Resolve(file).Config.Norm);
    }

    [Fact]
    public void HypothesesAreThoseOfPhi4AndItsReasoningModels()
    {
        using var file = GgufFile.Open(Write(40, split: false, zeroBias: false));
        var report = new LoadReport();
        var proposal = ConfigResolver.Resolve(file, file.Metadata, ModelBinder.Bind(file, report), report, new ConfigOverrides());
        Assert.Equal([NormKind.RmsNorm, NormKind.LayerNorm], proposal.Norms);
        Assert.Equal([250000f, 500000f], proposal.RopeBases);
        Assert.Contains("<|im_end|>", proposal.EndOfGeneration);
    }

    private static (ModelConfig Config, LoadReport Report) Resolve(GgufFile file)
    {
        var report = new LoadReport();
        var binding = ModelBinder.Bind(file, report);
        return (ConfigResolver.Resolve(file, file.Metadata, binding, report, new ConfigOverrides()).Config, report);
    }

    private string Write(uint headCount, bool split, bool zeroBias)
    {
        var writer = new GgufWriter();
        writer.Add("general.architecture", GgufValue.From("phi2"));
        writer.Add("phi2.context_length", GgufValue.From(16384u));
        writer.Add("phi2.embedding_length", GgufValue.From(5120u));
        writer.Add("phi2.feed_forward_length", GgufValue.From(20480u));
        writer.Add("phi2.block_count", GgufValue.From(40u));
        writer.Add("phi2.attention.head_count", GgufValue.From(headCount));
        writer.Add("phi2.attention.head_count_kv", GgufValue.From(headCount));
        writer.Add("phi2.attention.layer_norm_epsilon", GgufValue.From(1e-5f));
        writer.Add("phi2.rope.dimension_count", GgufValue.From(5120u / headCount));
        writer.AddZeroTensor("token_embd.weight", GgmlType.Q2_K, 5120, 100352);
        writer.AddZeroTensor("output_norm.weight", GgmlType.F32, 5120);
        writer.AddZeroTensor("output.weight", GgmlType.Q6_K, 5120, 100352);
        if (zeroBias)
            writer.AddZeroTensor("output_norm.bias", GgmlType.F32, 5120);
        for (var i = 0; i < 40; i++)
        {
            writer.AddZeroTensor($"blk.{i}.attn_norm.weight", GgmlType.F32, 5120);
            writer.AddZeroTensor($"blk.{i}.attn_qkv.weight", GgmlType.Q2_K, 5120, 7680);
            writer.AddZeroTensor($"blk.{i}.attn_output.weight", GgmlType.Q2_K, 5120, 5120);
            writer.AddZeroTensor($"blk.{i}.ffn_norm.weight", GgmlType.F32, 5120);
            if (split)
                writer.AddZeroTensor($"blk.{i}.ffn_gate.weight", GgmlType.Q2_K, 5120, 17920);
            writer.AddZeroTensor($"blk.{i}.ffn_up.weight", GgmlType.Q2_K, 5120, split ? 17920 : 35840);
            writer.AddZeroTensor($"blk.{i}.ffn_down.weight", GgmlType.Q2_K, 17920, 5120);
        }
        var path = Path.Combine(Folder, "mibera.gguf");
        writer.WriteTo(path);
        return path;
    }
}
