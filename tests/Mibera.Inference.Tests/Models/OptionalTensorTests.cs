using Mibera.Inference.Gguf;
using Mibera.Inference.Models;

namespace Mibera.Inference.Tests.Models;

/// <summary>
/// What a file need not have, and the forms in which it may have it: a missing bias is a bias of zeros, and projections
/// give the same bits fused or apart.
/// </summary>
public sealed class OptionalTensorTests : TinyModelFolder
{
    public static TheoryData<string> Biased => ["phi2", "phimoe"];

    private static TinyModel Create(string name) => name == "phi2" ? TinyModel.Phi2() : TinyModel.PhiMoe();

    private static string[] Biases(TinyModel model) => [.. model.Tensors.Keys.Where(t => t.EndsWith(".bias", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Biased))]
    public void AnySingleBiasMayBeMissing(string name)
    {
        foreach (var bias in Biases(Create(name)))
            AssertMissingIsZero(name, [bias]);
    }

    [Theory]
    [MemberData(nameof(Biased))]
    public void AnySubsetOfTheBiasesMayBeMissing(string name)
    {
        var all = Biases(Create(name));
        AssertMissingIsZero(name, all);
        AssertMissingIsZero(name, [.. all.Where(b => b.Contains("norm", StringComparison.Ordinal))]);
        AssertMissingIsZero(name, [.. all.Where(b => b.Contains("attn_", StringComparison.Ordinal))]);
        var random = new Kernels.TestRandom(7);
        for (var i = 0; i < 12; i++)
            AssertMissingIsZero(name, [.. all.Where(_ => random.Next(2) == 0)]);
    }

    private void AssertMissingIsZero(string name, string[] missing)
    {
        var zero = Create(name);
        foreach (var bias in missing)
            zero.Tensors[bias].Values.AsSpan().Clear();
        Assert.Equal(Logits(zero), Logits(Create(name).Without(missing)));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("01")]
    public void QkvMayBeSplitInAnyLayer(string layers)
    {
        var expected = Logits(TinyModel.Phi2());
        foreach (var split in new[] { "weight", "bias", "weight bias" })
        {
            var model = TinyModel.Phi2();
            foreach (var part in split.Split(' '))
            {
                foreach (var layer in layers)
                {
                    var prefix = $"blk.{layer}.attn_";
                    model.Split($"{prefix}qkv.{part}", ($"{prefix}q.{part}", 64), ($"{prefix}k.{part}", 32), ($"{prefix}v.{part}", 32));
                }
            }
            Assert.Equal(expected, Logits(model));
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("01")]
    public void GateAndUpMayBeSplitInAnyLayer(string layers)
    {
        var expected = Logits(WithUpBias());
        foreach (var split in new[] { "weight", "bias", "weight bias" })
        {
            var model = WithUpBias();
            foreach (var part in split.Split(' '))
            {
                foreach (var layer in layers)
                {
                    var prefix = $"blk.{layer}.ffn_";
                    model.Split($"{prefix}up.{part}", ($"{prefix}gate.{part}", TinyModel.FeedForward), ($"{prefix}up.{part}", TinyModel.FeedForward));
                }
            }
            Assert.Equal(expected, Logits(model));
        }
    }

    private static TinyModel WithUpBias()
    {
        var model = TinyModel.Phi3();
        foreach (var layer in model.EachLayer())
        {
            var values = Enumerable.Range(0, 2 * TinyModel.FeedForward).Select(i => 0.01f * i - 0.7f).ToArray();
            model.Tensors[layer + "ffn_up.bias"] = new TinyTensor([values.Length], values);
        }
        return model;
    }

    [Fact]
    public void WithoutOutputTheEmbeddingIsTaken()
    {
        var same = TinyModel.Phi3();
        same.Tensors["output.weight"] = same.Tensors["token_embd.weight"];
        Assert.Equal(Logits(same), Logits(TinyModel.Phi3().Without("output.weight")));
        Assert.Equal(Logits(same, OneThread with { MemoryMap = false }), Logits(TinyModel.Phi3().Without("output.weight"), OneThread with { MemoryMap = false }));
    }

    [Fact]
    public void UnknownTensorsAreReportedAndIgnored()
    {
        var model = TinyModel.Phi3();
        string[] unknown = ["extra.weight", "blk.0.attn_rot_embd", "blk.7.foo.weight", "blk.999999999999.attn_norm.weight", "blk.-1.attn_norm.weight", "blk.5.attn_norm.weight"];
        foreach (var name in unknown)
            model.Tensors[name] = new TinyTensor([4], new float[4]);
        model.Tensors["blk.5.attn_norm.weight"] = new TinyTensor([64], new float[64]);
        // One tensor of a role makes a layer, and its others are missing then: in the range of possible layers only.
        Assert.Contains("blk.5.attn_output.weight is missing", Refused<UnsupportedModelException>(model).Message, StringComparison.Ordinal);
        model.Without("blk.5.attn_norm.weight");
        Assert.Equal(Logits(TinyModel.Phi3()), Logits(model));
        using var loaded = Load(model);
        foreach (var name in unknown[..^1])
            Assert.Contains(loaded.LoadReport.Entries, e => e.Kind == LoadReportKind.Warning && e.Subject.Contains(name, StringComparison.Ordinal));
    }

    [Fact]
    public void WithoutAnyFeedForwardNormAnUngatedModelIsParallel()
    {
        // With a gate there is no such model: the norms are missing.
        var gated = TinyModel.Phi3().Without("blk.0.ffn_norm.weight", "blk.1.ffn_norm.weight");
        Assert.Contains("blk.1.ffn_norm.weight is missing", Refused<UnsupportedModelException>(gated).Message, StringComparison.Ordinal);
        using var loaded = Load(TinyModel.Phi2());
        Assert.Equal(NormKind.LayerNorm, loaded.Config.Norm);
    }

    [Fact]
    public void AllTensorsMissingIsAVocabulary()
    {
        var model = TinyModel.Phi3();
        model.Tensors.Clear();
        Assert.Contains("has no tensors", Refused<UnsupportedModelException>(model).Message, StringComparison.Ordinal);
        using var file = GgufFile.Open(model.Write(Folder));
        Assert.Equal(TinyModel.Vocabulary, Tokenizer.FromGguf(file.Metadata).VocabularySize);
    }
}
