using System.Globalization;
using Mibera.Inference.Gguf;
using Mibera.Inference.Models.Profiles;

namespace Mibera.Inference.Models;

/// <summary>
/// Settles the configuration in the order of the evidence: the user's options, the shapes of the tensors, the profile of a
/// published model where the file contradicts itself or its label, the metadata, the defaults.
/// </summary>
internal sealed class ConfigResolver
{
    private readonly ModelBinding _binding;
    private readonly ModelShapes _shapes;
    private readonly MetadataReader _keys;
    private readonly ModelArchitecture _label;
    private readonly LoadReport _report;
    private readonly ConfigOverrides _overrides;
    private readonly GgufFile _file;
    private readonly ModelProfile? _profile;
    private readonly IReadOnlyList<ModelProfile> _candidates;

    // Whether a tensor, or the shape of a model of another label, has contradicted a key.
    private bool _contradicted;

    private ConfigResolver(GgufFile file, GgufMetadata metadata, ModelBinding binding, LoadReport report, ConfigOverrides overrides)
    {
        (_file, _binding, _shapes, _report, _overrides) = (file, binding, binding.Shapes, report, overrides);
        _label = ModelLabel.Parse(metadata, file.FilePath);
        _keys = new MetadataReader(metadata, metadata.GetStringOrNull("general.architecture")!, file.FilePath);
        var name = metadata.GetStringOrNull("general.name");
        _candidates = ProfileTable.Match(_shapes, (uint?)_keys.Integer("context_length"), name, overrides.RopeBase ?? _keys.Positive("rope.freq_base"));
        _profile = _candidates.Count > 0 ? _candidates[0] : null;
    }

    /// <exception cref="GgufFormatException">A key has an impossible value.</exception>
    /// <exception cref="UnsupportedModelException">The architecture is none of this engine's.</exception>
    public static ConfigProposal Resolve(
        GgufFile file, GgufMetadata metadata, ModelBinding binding, LoadReport report, ConfigOverrides overrides) =>
        new ConfigResolver(file, metadata, binding, report, overrides).Resolve();

    /// <summary>The label does not say which network the file holds, if its shapes are another family's.</summary>
    private bool Mislabelled => _profile is not null && _label == ModelArchitecture.Phi2 && _profile.Architecture != ModelArchitecture.Phi2;

    private ConfigProposal Resolve()
    {
        ReportProfile();
        CheckCounts();
        var (heads, kvHeads, headDimension) = Heads();
        Compare("feed_forward_length", _shapes.FeedForward, _keys.Integer("feed_forward_length"));
        var context = _keys.Integer("context_length", minimum: 1) ?? Default("context_length", _profile?.ContextLength ?? 2048);
        var experts = _shapes.Experts > 0 ? Compare("expert_count", _shapes.Experts, _keys.Integer("expert_count")) : 0;
        var (norms, epsilon) = new NormResolver(_file, _binding, _keys, _label, _report, _overrides, _profile).Resolve(Mislabelled, _contradicted);
        var ropeResolver = new RopeResolver(_file, _binding, _keys, _label, _report, _overrides, Mislabelled ? _candidates : [], _profile);
        var (rope, bases) = ropeResolver.Resolve(headDimension, context, Mislabelled || _contradicted);
        var config = new ModelConfig
        {
            Architecture = _label,
            Layers = _shapes.Layers,
            Embedding = _shapes.Embedding,
            Vocabulary = _shapes.Vocabulary,
            Heads = heads,
            KvHeads = kvHeads,
            HeadDimension = headDimension,
            FeedForward = _shapes.FeedForward,
            Experts = experts,
            ExpertsUsed = ExpertsUsed(experts),
            ContextLength = context,
            Norm = norms[0],
            NormEpsilon = epsilon,
            Rope = rope,
            SlidingWindow = Window(context),
        };
        return new ConfigProposal(config, norms, bases, _profile?.EndOfGeneration ?? []);
    }

    private void ReportProfile()
    {
        if (_profile is null)
            return;
        var shape = $"{_shapes.Embedding} wide, {_shapes.QkvRows} qkv rows, {_shapes.FeedForward} feed-forward, {_shapes.Layers} layers, vocabulary {_shapes.Vocabulary}";
        var others = _candidates.Count > 1 ? $"; of the same shape: {string.Join(", ", _candidates.Skip(1).Select(p => p.Name))}" : "";
        _report.Add(LoadReportKind.Profile, _profile.Name, $"recognized by shape: {shape}{others}");
        if (Mislabelled)
            _report.Add(LoadReportKind.Overruled, "general.architecture", $"the file says phi2, its shapes are {_profile.Name}'s: that model's values hold");
    }

    private void CheckCounts()
    {
        Compare("embedding_length", _shapes.Embedding, _keys.Integer("embedding_length", minimum: 1));
        var layers = _keys.Integer("block_count", minimum: 1);
        if (layers > _shapes.Layers)
        {
            throw new UnsupportedModelException(
                $"{_file.FilePath}: {_keys.Key("block_count")} is {layers}, but there are tensors of {_shapes.Layers} layers only", _file.FilePath);
        }
        Compare("block_count", _shapes.Layers, layers);
    }

    private (int Heads, int KvHeads, int Dimension) Heads()
    {
        var stated = _keys.Integer("attention.head_count", minimum: 1);
        var statedKv = _keys.Integer("attention.head_count_kv", minimum: 1);
        if (_profile is not null)
        {
            Compare("attention.head_count", _profile.Heads, stated);
            Compare("attention.head_count_kv", _profile.KvHeads, statedKv);
            return (_profile.Heads, _profile.KvHeads, _profile.HeadDimension);
        }
        var heads = stated ?? throw _keys.Impossible(_keys.Key("attention.head_count"), "missing", "the number of attention heads");
        var dimension = _shapes.QueryRows / heads;
        if (_shapes.QueryRows % heads != 0 || _shapes.KvRows % dimension != 0 || heads % (_shapes.KvRows / dimension) != 0)
        {
            throw _keys.Impossible(_keys.Key("attention.head_count"), $"{heads}",
                $"a number of heads that {_shapes.QueryRows} rows of queries and {_shapes.KvRows} of keys can be divided into");
        }
        if (_shapes.Embedding % heads != 0 && _keys.Integer("attention.key_length") is null)
            throw _keys.Impossible(_keys.Key("attention.head_count"), $"{heads}", $"a divisor of the width, {_shapes.Embedding}");
        if (heads % (statedKv ?? heads) != 0)
            throw _keys.Impossible(_keys.Key("attention.head_count_kv"), $"{statedKv}", $"a divisor of {_keys.Key("attention.head_count")}, {heads}");
        Compare("attention.key_length", dimension, _keys.Integer("attention.key_length"));
        Compare("attention.head_count", heads, stated);
        return (heads, Compare("attention.head_count_kv", _shapes.KvRows / dimension, statedKv ?? heads), dimension);
    }

    private int ExpertsUsed(int experts)
    {
        if (experts == 0)
            return 0;
        var used = _keys.Integer("expert_used_count", minimum: 1) ?? Default("expert_used_count", 2);
        return used is 1 or 2 && used <= experts
            ? used
            : throw _keys.Impossible(_keys.Key("expert_used_count"), $"{used}", $"1 or 2 of {experts}: the sparse mixer picks no more");
    }

    private int Window(int context)
    {
        // Conversions from before July 2024 lack the key. Under other labels the model was shared, and used, without a window.
        var published = _profile?.ContextLength == context && _label is ModelArchitecture.Phi3 or ModelArchitecture.PhiMoe ? _profile?.SlidingWindow ?? 0 : 0;
        var window = _keys.Integer("attention.sliding_window") ?? (published > 0 ? Default("attention.sliding_window", published) : 0);
        if (window == 0)
            return 0;
        if (window < context)
        {
            _report.Add(LoadReportKind.Value, _keys.Key("attention.sliding_window"), $"a position sees itself and {window - 1} before it");
            return window;
        }
        _report.Add(LoadReportKind.Value, _keys.Key("attention.sliding_window"), $"{window} covers the context of {context}: no window");
        return 0;
    }

    /// <summary>What the tensors say holds; a key that says otherwise is overruled with a note.</summary>
    private int Compare(string key, int actual, int? stated)
    {
        if (stated == actual)
        {
            _report.Add(LoadReportKind.Value, _keys.Key(key), $"{actual}");
        }
        else if (stated is null)
        {
            _report.Add(LoadReportKind.Default, _keys.Key(key), $"missing; {actual} by the tensors");
        }
        else
        {
            _contradicted = true;
            _report.Add(LoadReportKind.Overruled, _keys.Key(key), $"the file says {stated.Value.ToString(CultureInfo.InvariantCulture)}, the tensors {actual}");
        }
        return actual;
    }

    private int Default(string key, int value)
    {
        _report.Add(LoadReportKind.Default, _keys.Key(key), $"missing; {value} assumed");
        return value;
    }
}
