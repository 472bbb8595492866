using Mibera.Inference.Gguf;
using Mibera.Inference.Models.Profiles;
using Mibera.Inference.Numerics;

namespace Mibera.Inference.Models;

/// <summary>Rotary position embedding: base, dimensions, scaling.</summary>
internal sealed class RopeResolver(
    GgufFile file,
    ModelBinding binding,
    MetadataReader keys,
    ModelArchitecture label,
    LoadReport report,
    ConfigOverrides overrides,
    IReadOnlyList<ModelProfile> mislabelledAs,
    ModelProfile? profile)
{
    private const float UsualBase = 10000f;

    /// <summary>The configuration with the likeliest base, and all bases that a probe should try.</summary>
    public (RopeConfig Rope, IReadOnlyList<float> Bases) Resolve(int headDimension, int context, bool contradicted)
    {
        var bases = Bases(contradicted);
        var dimensions = Dimensions(headDimension);
        var original = keys.Integer("rope.scaling.original_context_length", minimum: 1) ?? profile?.OriginalContext ?? 0;
        var factors = Factors(dimensions / 2, context, original == 0 ? context : original);
        var type = keys.String("rope.scaling.type");
        var scaling = type is "linear" or "yarn" ? keys.Positive("rope.scaling.factor") ?? 1f : 1f;
        var rope = new RopeConfig
        {
            Base = bases[0],
            Dimensions = dimensions,
            Interleaved = label == ModelArchitecture.Llama,
            Frequencies = binding.RopeFrequencies is { } f ? ReadFactors(f, dimensions / 2) : null,
            LongFactors = factors?.Long,
            ShortFactors = factors?.Short,
            OriginalContext = original == 0 ? context : original,
            AttentionFactor = AttentionFactor(factors is not null, context, original),
            ScalingFactor = scaling,
            YarnExtFactor = type == "yarn" ? keys.Number("rope.scaling.yarn_ext_factor") ?? 1f : 0f,
            YarnBetaFast = keys.Positive("rope.scaling.yarn_beta_fast") ?? 32f,
            YarnBetaSlow = keys.Positive("rope.scaling.yarn_beta_slow") ?? 1f,
        };
        if (type is not (null or "none" or "linear" or "yarn" or "longrope"))
            report.Add(LoadReportKind.Warning, keys.Key("rope.scaling.type"), $"unknown scaling \"{type}\", ignored");
        return (rope, bases);
    }

    private IReadOnlyList<float> Bases(bool contradicted)
    {
        var key = keys.Key("rope.freq_base");
        if (overrides.RopeBase is { } chosen)
        {
            report.Add(LoadReportKind.Option, key, $"{chosen} by option");
            return [chosen];
        }
        if (keys.Positive("rope.freq_base") is { } stated)
        {
            report.Add(LoadReportKind.Value, key, $"{stated}");
            return [stated];
        }
        if (mislabelledAs.Count > 0)
        {
            // Only profiles of the likeliest vocabulary: Phi-3-medium has Phi-4's shape, not its tokens.
            var bases = mislabelledAs.Where(p => p.Vocabulary == mislabelledAs[0].Vocabulary).Select(p => p.RopeBase).Distinct().ToArray();
            report.Add(LoadReportKind.Overruled, key, $"missing; {bases[0]} by {mislabelledAs[0].Name}, not the usual {UsualBase}");
            return bases;
        }
        report.Add(LoadReportKind.Default, key, $"missing; {UsualBase} assumed");
        return contradicted ? [UsualBase, 250000f, 500000f] : [UsualBase];
    }

    private int Dimensions(int headDimension)
    {
        var key = keys.Key("rope.dimension_count");
        var stated = keys.Integer("rope.dimension_count", minimum: 2);
        if (mislabelledAs.Count > 0 && stated != profile!.RopeDimensions)
        {
            report.Add(LoadReportKind.Overruled, key, $"the file says {stated?.ToString() ?? "nothing"}, {profile.Name} has {profile.RopeDimensions}");
            return profile.RopeDimensions;
        }
        // Early conversions of Phi-4-mini ignored that only a part of each head is rotated; the factors know.
        var byFactors = 2 * binding.Shapes.RopeFactors;
        if (stated is not null && stated != byFactors && profile?.RopeDimensions == byFactors)
        {
            report.Add(LoadReportKind.Overruled, key, $"the file says {stated}, its {byFactors / 2} RoPE factors and {profile.Name} {byFactors}");
            return byFactors;
        }
        var assumed = byFactors > 0 ? byFactors : profile?.RopeDimensions ?? headDimension;
        if (stated is null)
            report.Add(LoadReportKind.Default, key, $"missing; {assumed} assumed");
        var dimensions = stated ?? assumed;
        return dimensions % 2 == 0 && dimensions <= headDimension
            ? dimensions
            : throw keys.Impossible(key, $"{dimensions}", $"an even number up to the head's {headDimension} dimensions");
    }

    private LongRopeFactors? Factors(int pairs, int context, int original)
    {
        if (binding.RopeFactorsLong is { } @long)
        {
            var values = ReadFactors(@long, pairs);
            return new LongRopeFactors(values, binding.RopeFactorsShort is { } @short ? ReadFactors(@short, pairs) : values);
        }
        if (profile is null || profile.OriginalContext >= profile.ContextLength || context <= original)
            return null;
        if (profile.Factors is { } published && published.Long.Length == pairs)
        {
            report.Add(LoadReportKind.Profile, "rope_factors_long.weight", $"missing; the published factors of {profile.Name}");
            return published;
        }
        report.Add(LoadReportKind.Warning, "rope_factors_long.weight", $"missing: text beyond {original} tokens will degrade; convert the model anew");
        return null;
    }

    private float AttentionFactor(bool longRope, int context, int original)
    {
        var key = keys.Key("rope.scaling.attn_factor");
        var stated = keys.Positive("rope.scaling.attn_factor") ?? keys.Positive("rope.scaling.yarn_attn_factor");
        if (profile is { AttentionFactor: > 1f } && longRope)
        {
            if (stated is not null && stated != profile.AttentionFactor)
                report.Add(LoadReportKind.Overruled, key, $"the file says {stated}, {profile.Name} was published with {profile.AttentionFactor}");
            return profile.AttentionFactor;
        }
        if (stated is not null || !longRope || original <= 1 || context <= original)
            return stated ?? 1f;
        // sqrt(1 + ln(context / original) / ln(original)), as LongRoPE has it.
        var factor = (float)Math.Sqrt(1.0 + PortableMath.Log((double)context / original) / PortableMath.Log((double)original));
        report.Add(LoadReportKind.Default, key, $"missing; {factor} by the lengths of the contexts");
        return factor;
    }

    private float[] ReadFactors(GgufTensor tensor, int pairs)
    {
        if (tensor.Type != GgmlType.F32 || tensor.ElementCount != pairs)
        {
            throw new UnsupportedModelException(
                $"{file.FilePath}: {tensor.Name} has {tensor.ElementCount} factors of type {tensor.Type}, expected {pairs} of F32, half of {keys.Key("rope.dimension_count")}",
                file.FilePath);
        }
        var values = new float[pairs];
        file.ReadTensor(tensor, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
        var bad = Array.FindIndex(values, v => !float.IsFinite(v) || v <= 0f);
        return bad < 0
            ? values
            : throw new UnsupportedModelException($"{file.FilePath}: {tensor.Name}[{bad}] is {values[bad]}, expected a positive number", file.FilePath);
    }
}
