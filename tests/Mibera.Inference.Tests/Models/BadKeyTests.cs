using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Models;

/// <summary>Keys with impossible values: each is an error that names the key, what it is and what was expected.</summary>
public sealed class BadKeyTests : TinyModelFolder
{
    public static TheoryData<string, object> Impossible => new()
    {
        { "block_count", 0u },
        { "block_count", -1 },
        { "block_count", "two" },
        { "block_count", 2.5f },
        { "block_count", new[] { 2 } },
        { "embedding_length", 0u },
        { "embedding_length", "wide" },
        { "feed_forward_length", "long" },
        { "context_length", 0u },
        { "context_length", 1L << 40 },
        { "attention.head_count", 0u },
        { "attention.head_count", 3u },
        { "attention.head_count", 5u },
        { "attention.head_count", 1000u },
        { "attention.head_count", uint.MaxValue },
        { "attention.head_count", "four" },
        { "attention.head_count_kv", 0u },
        { "attention.head_count_kv", 3u },
        { "attention.head_count_kv", 8u },
        { "attention.head_count_kv", new[] { 2, 2 } },
        { "attention.sliding_window", -1 },
        { "rope.dimension_count", 0u },
        { "rope.dimension_count", 1u },
        { "rope.dimension_count", 7u },
        { "rope.dimension_count", 18u },
        { "rope.dimension_count", uint.MaxValue },
        { "rope.freq_base", 0f },
        { "rope.freq_base", -10000f },
        { "rope.freq_base", float.NaN },
        { "rope.freq_base", float.PositiveInfinity },
        { "rope.freq_base", "10000" },
        { "rope.scaling.original_context_length", 0u },
        { "rope.scaling.attn_factor", float.NaN },
        { "attention.layer_norm_rms_epsilon", 0f },
        { "attention.layer_norm_rms_epsilon", -1e-5f },
        { "attention.layer_norm_rms_epsilon", float.NaN },
        { "attention.layer_norm_rms_epsilon", float.PositiveInfinity },
        { "attention.layer_norm_rms_epsilon", "small" },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void IsRefused(string key, object value)
    {
        var error = Refused<GgufFormatException>(TinyModel.Phi3().Set(key, Value(value)));
        Assert.Equal($"phi3.{key}", error.Key);
        Assert.Contains($"phi3.{key}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("linear", 0f)]
    [InlineData("linear", float.NaN)]
    [InlineData("yarn", -1f)]
    public void ScalingFactor(string type, float factor)
    {
        var model = TinyModel.Phi3().Set("rope.scaling.type", GgufValue.From(type)).Set("rope.scaling.factor", GgufValue.From(factor));
        Assert.Equal("phi3.rope.scaling.factor", Refused<GgufFormatException>(model).Key);
    }

    [Theory]
    [InlineData(3u)]
    [InlineData(1_000_000_000u)]
    public void MoreLayersThanTensors(uint count)
    {
        var error = Refused<UnsupportedModelException>(TinyModel.Phi3().Set("block_count", GgufValue.From(count)));
        Assert.Contains($"phi3.block_count is {count}, but there are tensors of 2 layers", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(4_000_000_000u)]
    public void ExpertsUsed(uint used) => Assert.Equal(
        "phimoe.expert_used_count", Refused<GgufFormatException>(TinyModel.PhiMoe().Set("expert_used_count", GgufValue.From(used))).Key);

    [Theory]
    [InlineData("embedding_length", 4096u)]
    [InlineData("block_count", 1u)]
    [InlineData("feed_forward_length", 7u)]
    [InlineData("attention.head_count_kv", 4u)]
    [InlineData("attention.head_count_kv", 1u)]
    [InlineData("attention.key_length", 99u)]
    public void ACountThatTheTensorsContradictIsOverruled(string key, uint value)
    {
        var expected = Logits(TinyModel.Phi3());
        var model = TinyModel.Phi3().Set(key, GgufValue.From(value));
        Assert.Equal(expected, Logits(model));
        using var loaded = Load(model);
        Assert.Contains(loaded.LoadReport.Entries, e => e.Kind == LoadReportKind.Overruled && e.Subject == $"phi3.{key}");
    }

    [Theory]
    [InlineData(null, "is missing")]
    [InlineData("qwen2", "is 'qwen2'")]
    [InlineData("PHI3", "is 'PHI3'")]
    [InlineData("a\nb\u001b[31m", @"is 'a\u000ab\u001b[31m'")]
    public void Architecture(string? label, string found)
    {
        // Its tensors are another family's, too: the label is what the user can make sense of.
        var model = TinyModel.Phi3().Without("output_norm.weight");
        if (label is null)
            model.Keys.Remove("general.architecture");
        else
            model.Keys["general.architecture"] = GgufValue.From(label);
        Assert.Contains($"general.architecture {found}, expected one of phi2, phi3", Refused<UnsupportedModelException>(model).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NoHeadCount()
    {
        var model = TinyModel.Phi3();
        model.Keys.Remove("phi3.attention.head_count");
        Assert.Equal("phi3.attention.head_count", Refused<GgufFormatException>(model).Key);
    }

    [Fact]
    public void AnOptionHelpsWhereTheFileIsImpossible()
    {
        var expected = Logits(TinyModel.Phi3());
        var model = TinyModel.Phi3().Set("rope.freq_base", GgufValue.From(float.NaN)).Set("attention.head_count", GgufValue.From(0u));
        Assert.Equal(expected, Logits(model, OneThread with
        {
            RopeFrequencyBase = 10000f,
            // As --override-kv gives an int: 64 bits wide.
            MetadataOverrides = new Dictionary<string, GgufValue> { ["phi3.attention.head_count"] = GgufValue.From(4L) },
        }));
    }

    private static GgufValue Value(object value) => value switch
    {
        uint v => GgufValue.From(v),
        int v => GgufValue.From(v),
        long v => GgufValue.From(v),
        float v => GgufValue.From(v),
        string v => GgufValue.From(v),
        int[] v => GgufValue.From(GgufArray.From(v)),
        _ => throw new ArgumentException($"no value of type {value.GetType()}", nameof(value)),
    };
}
