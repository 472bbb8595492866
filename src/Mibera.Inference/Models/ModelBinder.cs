using System.Globalization;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Models;

/// <summary>
/// Finds the tensor for each role by name, reads the model's shapes off them, and checks that every tensor has the shape
/// that the others ask for. All that is missing or wrong is collected into one error.
/// </summary>
internal sealed class ModelBinder
{
    private readonly GgufFile _file;
    private readonly LoadReport _report;
    private readonly HashSet<string> _used = [];
    private readonly List<string> _problems = [];
    private ModelShapes _shapes = new();
    private bool _sequential;
    private bool _gated;
    private bool _fusedGate;

    private ModelBinder(GgufFile file, LoadReport report)
    {
        _file = file;
        _report = report;
    }

    /// <exception cref="UnsupportedModelException">Tensors are missing, of an impossible shape or of no usable type; all
    /// of them are listed.</exception>
    public static ModelBinding Bind(GgufFile file, LoadReport report) => new ModelBinder(file, report).Bind();

    private ModelBinding Bind()
    {
        _shapes = ReadShapes();
        var embedding = Weight("token_embd.weight", _shapes.Embedding, _shapes.Vocabulary);
        var outputNorm = Norm("output_norm");
        var output = Find("output.weight") is null
            ? new ProjectionBinding([(embedding, OptionalBias("output.bias", _shapes.Vocabulary))])
            : Projection("output", _shapes.Embedding, _shapes.Vocabulary);
        var layers = Enumerable.Range(0, _shapes.Layers).Select(Layer).ToArray();
        var binding = new ModelBinding
        {
            Shapes = _shapes,
            Embedding = embedding,
            OutputNorm = outputNorm,
            Output = output,
            Layers = layers,
            Gated = _gated,
            RopeFrequencies = OptionalFactors("rope_freqs.weight"),
            RopeFactorsLong = OptionalFactors("rope_factors_long.weight"),
            RopeFactorsShort = OptionalFactors("rope_factors_short.weight"),
        };
        if (_problems.Count > 0)
            throw Failure();
        BindingReport.Write(_report, binding);
        foreach (var unknown in _file.Tensors.Where(t => !_used.Contains(t.Name)))
            _report.Add(LoadReportKind.Warning, unknown.Name, $"unknown tensor {Describe(unknown)}, not used");
        return binding;
    }

    private ModelShapes ReadShapes()
    {
        var layers = CountLayers();
        if (layers == 0)
            _problems.Add("there is no layer (blk.0.attn_norm.weight, ...)");
        _sequential = Enumerable.Range(0, layers).Any(i => Find($"blk.{i}.ffn_norm.weight") is not null);
        var down = Find("blk.0.ffn_down.weight");
        var experts = Find("blk.0.ffn_down_exps.weight");
        // Experts are gated always.
        _gated = Find("blk.0.ffn_gate.weight") is not null || (down is null && experts is not null);
        var query = Length(Find("blk.0.attn_output.weight"), 0);
        if (query == 0)
            query = Length(Find("blk.0.attn_q.weight"), 1);
        var fused = Length(Find("blk.0.attn_qkv.weight"), 1);
        if (fused > 0 && (fused <= query || (fused - query) % 2 != 0))
            _problems.Add($"blk.0.attn_qkv.weight has {fused} rows, which leave no equal keys and values beside {query} rows of queries");
        var feedForward = Length(down ?? experts, 0);
        if (!_gated && down is not null)
            _gated = _fusedGate = Length(Find("blk.0.ffn_up.weight"), 1) == 2 * feedForward;
        return new ModelShapes
        {
            Layers = layers,
            Embedding = Length(Find("token_embd.weight"), 0),
            Vocabulary = Length(Find("token_embd.weight"), 1),
            QueryRows = query,
            KvRows = fused > 0 ? (fused - query) / 2 : Length(Find("blk.0.attn_k.weight"), 1),
            FeedForward = feedForward,
            Experts = down is null ? Length(experts, 2) : 0,
            RopeFactors = Length(Find("rope_factors_long.weight"), 0),
            IsSequential = _sequential,
        };
    }

    /// <summary>One more than the highest layer of which there is any tensor.</summary>
    private int CountLayers()
    {
        var layers = 0;
        foreach (var tensor in _file.Tensors)
        {
            if (!tensor.Name.StartsWith("blk.", StringComparison.Ordinal))
                continue;
            var rest = tensor.Name.AsSpan(4);
            var dot = rest.IndexOf('.');
            // More layers than tensors cannot be: such a number is the name of an unknown tensor.
            if (dot > 0 && int.TryParse(rest[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < _file.Tensors.Count)
                layers = Math.Max(layers, index + 1);
        }
        return layers;
    }

    private LayerBinding Layer(int index)
    {
        var prefix = $"blk.{index}.";
        var dense = _shapes.Experts == 0;
        return new LayerBinding
        {
            AttentionNorm = Norm(prefix + "attn_norm"),
            FeedForwardNorm = _sequential ? Norm(prefix + "ffn_norm") : null,
            Qkv = Qkv(prefix),
            AttentionOutput = Projection(prefix + "attn_output", _shapes.QueryRows, _shapes.Embedding),
            Up = dense ? Up(prefix) : null,
            Down = dense ? Projection(prefix + "ffn_down", _shapes.FeedForward, _shapes.Embedding) : null,
            Experts = dense ? null : Experts(prefix),
        };
    }

    private ProjectionBinding Qkv(string prefix)
    {
        if (Find(prefix + "attn_qkv.weight") is not null || Find(prefix + "attn_k.weight") is null)
            return Projection(prefix + "attn_qkv", _shapes.Embedding, _shapes.QkvRows);
        return Join(
            Projection(prefix + "attn_q", _shapes.Embedding, _shapes.QueryRows),
            Projection(prefix + "attn_k", _shapes.Embedding, _shapes.KvRows),
            Projection(prefix + "attn_v", _shapes.Embedding, _shapes.KvRows));
    }

    private ProjectionBinding Up(string prefix)
    {
        if (!_gated)
            return Projection(prefix + "ffn_up", _shapes.Embedding, _shapes.FeedForward);
        // Layers may differ: surgery on some of them leaves fused and split ones side by side.
        if (Length(Find(prefix + "ffn_up.weight"), 1) == 2 * _shapes.FeedForward || (_fusedGate && Find(prefix + "ffn_gate.weight") is null))
            return Projection(prefix + "ffn_up", _shapes.Embedding, 2 * _shapes.FeedForward);
        return Join(
            Projection(prefix + "ffn_gate", _shapes.Embedding, _shapes.FeedForward),
            Projection(prefix + "ffn_up", _shapes.Embedding, _shapes.FeedForward));
    }

    private ExpertBinding Experts(string prefix) => new(
        Weight(prefix + "ffn_gate_inp.weight", _shapes.Embedding, _shapes.Experts),
        Weight(prefix + "ffn_gate_exps.weight", _shapes.Embedding, _shapes.FeedForward, _shapes.Experts),
        Weight(prefix + "ffn_up_exps.weight", _shapes.Embedding, _shapes.FeedForward, _shapes.Experts),
        Weight(prefix + "ffn_down_exps.weight", _shapes.FeedForward, _shapes.Embedding, _shapes.Experts));

    private static ProjectionBinding Join(params ReadOnlySpan<ProjectionBinding> parts)
    {
        var all = new List<(GgufTensor, GgufTensor?)>();
        foreach (var part in parts)
            all.AddRange(part.Parts);
        return new ProjectionBinding(all);
    }

    private ProjectionBinding Projection(string name, int inputs, int outputs) =>
        new([(Weight(name + ".weight", inputs, outputs), OptionalBias(name + ".bias", outputs))]);

    private NormBinding Norm(string name) =>
        new(Vector(name + ".weight", _shapes.Embedding, required: true)!, OptionalBias(name + ".bias", _shapes.Embedding));

    private GgufTensor? OptionalBias(string name, int length) => Vector(name, length, required: false);

    private GgufTensor? OptionalFactors(string name) => Vector(name, Length(Find(name), 0), required: false);

    private GgufTensor? Vector(string name, int length, bool required)
    {
        var tensor = required ? Require(name) : Find(name);
        if (tensor is null)
            return required ? Missing : null;
        _used.Add(name);
        if (length > 0 && (tensor.ElementCount != length || tensor.Dimensions[0] != length))
            _problems.Add($"{name} is {Describe(tensor)}, expected {{{length}}}");
        if (tensor.Type is not (GgmlType.F32 or GgmlType.F16 or GgmlType.BF16))
            _problems.Add($"{name} is of type {tensor.Type}, expected F32, F16 or BF16");
        return tensor;
    }

    private GgufTensor Weight(string name, params ReadOnlySpan<int> dimensions)
    {
        if (Require(name) is not { } tensor)
            return Missing;
        _used.Add(name);
        var fits = tensor.Dimensions.Length == dimensions.Length;
        for (var i = 0; fits && i < dimensions.Length; i++)
            fits = dimensions[i] <= 0 || tensor.Dimensions[i] == dimensions[i];
        if (!fits)
            _problems.Add($"{name} is {Describe(tensor)}, expected {{{string.Join(", ", dimensions.ToArray())}}}");
        if (!tensor.Type.IsWeightFormat())
            _problems.Add($"{name} is of type {tensor.Type}, which is no weight format");
        return tensor;
    }

    private GgufTensor? Require(string name)
    {
        var tensor = Find(name);
        if (tensor is null)
            _problems.Add($"{name} is missing");
        return tensor;
    }

    // Stands for a missing tensor until the error with all of them is thrown; never part of a result.
    private GgufTensor Missing => _file.Tensors.Count > 0 ? _file.Tensors[0] : throw Failure();

    private GgufTensor? Find(string name) => _file.TryGetTensor(name, out var tensor) ? tensor : null;

    private static int Length(GgufTensor? tensor, int dimension) =>
        tensor is not null && tensor.Dimensions.Length > dimension && tensor.Dimensions[dimension] <= int.MaxValue / 4
            ? (int)tensor.Dimensions[dimension]
            : 0;

    private static string Describe(GgufTensor tensor) => $"{{{string.Join(", ", tensor.Dimensions.ToArray())}}} {tensor.Type}";

    private UnsupportedModelException Failure()
    {
        const int shown = 40;
        var list = string.Join("\n  - ", _problems.Take(shown));
        var more = _problems.Count > shown ? $"\n  - and {_problems.Count - shown} more" : "";
        return new UnsupportedModelException(
            $"{_file.FilePath}: its tensors make no model of the Phi family that this engine knows:\n  - {list}{more}", _file.FilePath);
    }
}
