using Mibera.Inference.Gguf;
using Mibera.Inference.Models.Profiles;

namespace Mibera.Inference.Models;

/// <summary>Which normalization it is: shapes cannot show it, and the epsilon's key may lie.</summary>
internal sealed class NormResolver(
    GgufFile file, ModelBinding binding, MetadataReader keys, ModelArchitecture label, LoadReport report, ConfigOverrides overrides, ModelProfile? profile)
{
    private const string LayerNormKey = "attention.layer_norm_epsilon";
    private const string RmsNormKey = "attention.layer_norm_rms_epsilon";
    private const float DefaultEpsilon = 1e-5f;

    /// <summary>The candidates, likeliest first (more than one: a probe decides), and the epsilon.</summary>
    public (IReadOnlyList<NormKind> Candidates, float Epsilon) Resolve(bool mislabelled, bool contradicted)
    {
        var layer = keys.Positive(LayerNormKey);
        var rms = keys.Positive(RmsNormKey);
        var epsilon = rms ?? layer ?? profile?.NormEpsilon ?? DefaultEpsilon;
        if (layer is null && rms is null)
            report.Add(LoadReportKind.Default, keys.Key(LayerNormKey), $"missing; epsilon {epsilon} assumed");
        return (Candidates(layer is not null, rms is not null, mislabelled, contradicted), epsilon);
    }

    private IReadOnlyList<NormKind> Candidates(bool layerKey, bool rmsKey, bool mislabelled, bool contradicted)
    {
        if (overrides.Norm is { } chosen)
        {
            report.Add(LoadReportKind.Option, "norm", $"{chosen} by option");
            return [chosen];
        }
        if (label == ModelArchitecture.PhiMoe)
        {
            report.Add(LoadReportKind.Value, "norm", "LayerNorm, as every phimoe model, whatever its epsilon is called");
            return [NormKind.LayerNorm];
        }
        if (binding.NormBiases.FirstOrDefault(HasValue) is { } bias)
        {
            report.Add(LoadReportKind.Value, "norm", $"LayerNorm: {bias.Name} has values");
            return [NormKind.LayerNorm];
        }
        var stated = layerKey == rmsKey ? Usual : rmsKey ? NormKind.RmsNorm : NormKind.LayerNorm;
        var likely = mislabelled || layerKey == rmsKey ? profile?.Norm ?? stated : stated;
        // Phi-2 itself (parallel residual) knows LayerNorm only.
        var doubtful = layerKey == rmsKey ? profile is null : likely != stated || (profile?.Norm ?? stated) != stated
            || (contradicted && label == ModelArchitecture.Phi2 && binding.Shapes.IsSequential);
        if (!doubtful)
        {
            var key = rmsKey && !layerKey ? RmsNormKey : LayerNormKey;
            report.Add(layerKey == rmsKey ? LoadReportKind.Default : LoadReportKind.Value, "norm", layerKey == rmsKey ? $"{likely} by the profile" : $"{likely}, as {keys.Key(key)} says");
            return [likely];
        }
        report.Add(LoadReportKind.Overruled, "norm", Doubt(layerKey, rmsKey, stated, likely));
        return [likely, likely == NormKind.RmsNorm ? NormKind.LayerNorm : NormKind.RmsNorm];
    }

    private NormKind Usual => label == ModelArchitecture.Phi2 ? NormKind.LayerNorm : NormKind.RmsNorm;

    private string Doubt(bool layerKey, bool rmsKey, NormKind stated, NormKind likely)
    {
        if (layerKey == rmsKey)
            return layerKey ? "the file has the epsilon of both kinds" : "the file has no epsilon of either kind";
        return likely != stated
            ? $"the file says {stated} by its epsilon's key, {profile!.Name} has {likely}"
            : $"the file says {stated} by its epsilon's key, but contradicts itself elsewhere";
    }

    /// <summary>Repair scripts inject biases of zeros: those are no evidence.</summary>
    private bool HasValue(GgufTensor tensor)
    {
        var bytes = new byte[tensor.ByteSize];
        file.ReadTensor(tensor, bytes);
        // Negative zero is a zero, too: its sign is the topmost bit of an element's last byte.
        var size = tensor.Type == GgmlType.F32 ? 4 : 2;
        for (var i = 0; i < bytes.Length; i++)
        {
            if ((bytes[i] & (i % size == size - 1 ? 0x7F : 0xFF)) != 0)
                return true;
        }
        return false;
    }
}
