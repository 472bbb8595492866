using Mibera.Inference.Gguf;
using Mibera.Inference.Models;

namespace Mibera.Inference.Tests.Models;

/// <summary>What the user settles by option, whatever the file says.</summary>
public sealed class ChoiceTests : TinyModelFolder
{
    [Fact]
    public void Norm()
    {
        using var model = Load(TinyModel.Phi3(), OneThread with { Norm = NormSelection.LayerNorm });
        Assert.Equal(NormKind.LayerNorm, model.Config.Norm);
        Assert.Contains(model.LoadReport.Entries, e => e is { Kind: LoadReportKind.Option, Subject: "norm" });
        var asItsKeySays = TinyModel.Phi3();
        asItsKeySays.Keys.Remove("phi3.attention.layer_norm_rms_epsilon");
        asItsKeySays.Set("attention.layer_norm_epsilon", GgufValue.From(1e-5f));
        Assert.Equal(Logits(asItsKeySays), Logits(TinyModel.Phi3(), OneThread with { Norm = NormSelection.LayerNorm }));
        Assert.NotEqual(Logits(TinyModel.Phi3()), Logits(asItsKeySays));
    }

    [Fact]
    public void RopeBase()
    {
        var stated = TinyModel.Phi3().Set("rope.freq_base", GgufValue.From(500f));
        Assert.Equal(Logits(stated), Logits(TinyModel.Phi3(), OneThread with { RopeFrequencyBase = 500f }));
        Assert.NotEqual(Logits(stated), Logits(TinyModel.Phi3()));
        using var model = Load(TinyModel.Phi3(), OneThread with { RopeFrequencyBase = 500f });
        Assert.Contains(model.LoadReport.Entries, e => e is { Kind: LoadReportKind.Option, Subject: "phi3.rope.freq_base" });
    }

    [Theory]
    [InlineData(float.Epsilon)]
    [InlineData(1e-30f)]
    [InlineData(0.5f)]
    [InlineData(float.MaxValue)]
    public void AnyPositiveRopeBaseEndsInNumbersOrAnError(float value)
    {
        using var model = Load(TinyModel.Phi3(), OneThread with { RopeFrequencyBase = value });
        using var session = model.CreateSession(32);
        Assert.Equal(TinyModel.Vocabulary, session.Evaluate([1, 2, 3]).Length);
    }

    [Fact]
    public void TheProbeSettlesAContradictionUnlessItIsSwitchedOff()
    {
        using var probed = Load(Contradictory());
        Assert.Contains(probed.LoadReport.Entries, e => e is { Kind: LoadReportKind.Probe, Subject: "norm" } && e.Text.Split("perplexity").Length == 3);
        using var silent = Load(Contradictory(), OneThread with { Probe = false });
        Assert.DoesNotContain(silent.LoadReport.Entries, e => e.Kind == LoadReportKind.Probe);
        Assert.Contains(silent.LoadReport.Entries, e => e is { Kind: LoadReportKind.Option, Subject: "probe" });
        using var settled = Load(Contradictory(), OneThread with { Norm = NormSelection.RmsNorm, RopeFrequencyBase = 10000f });
        Assert.DoesNotContain(settled.LoadReport.Entries, e => e.Kind == LoadReportKind.Probe);
        Assert.Equal(NormKind.RmsNorm, settled.Config.Norm);
    }

    /// <summary>The probe's own choice gives the same bits as the same choice by option.</summary>
    [Fact]
    public void TheProbeLeavesNoTrace()
    {
        using var probed = Load(Contradictory());
        var options = OneThread with
        {
            Norm = probed.Config.Norm == NormKind.RmsNorm ? NormSelection.RmsNorm : NormSelection.LayerNorm,
            RopeFrequencyBase = probed.Config.Rope.Base,
        };
        Assert.Equal(Logits(Contradictory(), options), Logits(Contradictory()));
    }

    /// <summary>As a Phi-2 converter makes it of a Phi-3-like model.</summary>
    private static TinyModel Contradictory()
    {
        var model = TinyModel.Phi3();
        foreach (var (key, value) in model.Keys.Where(k => k.Key.StartsWith("phi3.", StringComparison.Ordinal)).ToArray())
        {
            model.Keys.Remove(key);
            model.Keys[key.Replace("phi3.", "phi2.", StringComparison.Ordinal)] = value;
        }
        model.Keys["general.architecture"] = GgufValue.From("phi2");
        model.Keys.Remove("phi2.rope.freq_base");
        model.Keys.Remove("phi2.attention.layer_norm_rms_epsilon");
        model.Keys["phi2.attention.layer_norm_epsilon"] = GgufValue.From(1e-5f);
        model.Keys["phi2.attention.head_count_kv"] = GgufValue.From((uint)TinyModel.Heads);
        model.Keys["phi2.feed_forward_length"] = GgufValue.From(4u * TinyModel.Width);
        return model;
    }
}
