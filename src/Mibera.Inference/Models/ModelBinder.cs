using Mibera.Inference.Gguf;

namespace Mibera.Inference.Models;

/// <summary>
/// Finds the tensor for each role by name, and checks that every tensor has the shape that the others ask for. All that is
/// missing or wrong is collected into one error.
/// </summary>
internal sealed class ModelBinder
{
    private readonly GgufFile _file;
    private readonly HashSet<string> _used = [];
    private readonly BindingProblems _problems;
    private readonly ModelShapes _shapes;

    private ModelBinder(GgufFile file)
    {
        _file = file;
        _problems = new BindingProblems(file.FilePath);
        if (file.Tensors.Count == 0)
            throw new UnsupportedModelException($"{file.FilePath}: it has no tensors, a vocabulary at most; a model with weights was expected", file.FilePath);
        _shapes = new ShapeReader(file, _problems).Read();
    }

    /// <exception cref="UnsupportedModelException">Tensors are missing, of an impossible shape or of no usable type; all
    /// of them are listed.</exception>
    public static ModelBinding Bind(GgufFile file, LoadReport report)
    {
        var binder = new ModelBinder(file);
        var binding = binder.Bind();
        binder._problems.ThrowIfAny();
        BindingReport.Write(report, binding);
        foreach (var unknown in file.Tensors.Where(t => !binder._used.Contains(t.Name)))
            report.Add(LoadReportKind.Warning, MessageText.Quote(unknown.Name), $"unknown tensor {Describe(unknown)}, not used");
        return binding;
    }

    private ModelBinding Bind()
    {
        var embedding = Weight("token_embd.weight", _shapes.Embedding, _shapes.Vocabulary);
        // Without an output projection of its own the model multiplies with the embedding: tied.
        var output = Find("output.weight") is null ? embedding : Weight("output.weight", _shapes.Embedding, _shapes.Vocabulary);
        return new ModelBinding
        {
            Shapes = _shapes,
            Embedding = embedding,
            OutputNorm = Norm("output_norm"),
            Output = new ProjectionBinding([output], [.. Bias("output.bias", 0, _shapes.Vocabulary)]),
            Layers = [.. Enumerable.Range(0, _shapes.Layers).Select(Layer)],
            Gated = _shapes.IsGated,
            RopeFrequencies = Factors("rope_freqs.weight"),
            RopeFactorsLong = Factors("rope_factors_long.weight"),
            RopeFactorsShort = Factors("rope_factors_short.weight"),
        };
    }

    private LayerBinding Layer(int index)
    {
        var prefix = $"blk.{index}.";
        var dense = _shapes.Experts == 0;
        return new LayerBinding
        {
            AttentionNorm = Norm(prefix + "attn_norm"),
            FeedForwardNorm = _shapes.IsSequential ? Norm(prefix + "ffn_norm") : null,
            Qkv = Qkv(prefix + "attn_"),
            AttentionOutput = Projection(prefix + "attn_output", _shapes.QueryRows, _shapes.Embedding),
            Up = dense ? Up(prefix + "ffn_") : null,
            Down = dense ? Projection(prefix + "ffn_down", _shapes.FeedForward, _shapes.Embedding) : null,
            Experts = dense ? null : Experts(prefix + "ffn_"),
        };
    }

    private ProjectionBinding Qkv(string prefix)
    {
        var (query, kv) = (_shapes.QueryRows, _shapes.KvRows);
        var fused = Has(prefix + "qkv.weight") || !(Has(prefix + "q.weight") || Has(prefix + "k.weight") || Has(prefix + "v.weight"));
        GgufTensor[] weights = fused
            ? [Weight(prefix + "qkv.weight", _shapes.Embedding, _shapes.QkvRows)]
            : [Weight(prefix + "q.weight", _shapes.Embedding, query), Weight(prefix + "k.weight", _shapes.Embedding, kv), Weight(prefix + "v.weight", _shapes.Embedding, kv)];
        return new ProjectionBinding(weights, Has(prefix + "qkv.bias")
            ? [.. Bias(prefix + "qkv.bias", 0, _shapes.QkvRows)]
            : [.. Bias(prefix + "q.bias", 0, query), .. Bias(prefix + "k.bias", query, kv), .. Bias(prefix + "v.bias", query + kv, kv)]);
    }

    private ProjectionBinding Up(string prefix)
    {
        var width = _shapes.FeedForward;
        if (!_shapes.IsGated)
            return Projection(prefix + "up", _shapes.Embedding, width);
        // Layers may differ: surgery on some of them leaves fused and split ones side by side.
        var fused = Find(prefix + "up.weight") is { } up ? ShapeReader.Length(up, 1) == 2 * width : _shapes.HasFusedGate && !Has(prefix + "gate.weight");
        GgufTensor[] weights = fused
            ? [Weight(prefix + "up.weight", _shapes.Embedding, 2 * width)]
            : [Weight(prefix + "gate.weight", _shapes.Embedding, width), Weight(prefix + "up.weight", _shapes.Embedding, width)];
        var fusedBias = !Has(prefix + "gate.bias") && (fused || ShapeReader.Length(Find(prefix + "up.bias"), 0) == 2 * width);
        return new ProjectionBinding(weights, fusedBias
            ? [.. Bias(prefix + "up.bias", 0, 2 * width)]
            : [.. Bias(prefix + "gate.bias", 0, width), .. Bias(prefix + "up.bias", width, width)]);
    }

    private ExpertBinding Experts(string prefix) => new(
        Weight(prefix + "gate_inp.weight", _shapes.Embedding, _shapes.Experts),
        Weight(prefix + "gate_exps.weight", _shapes.Embedding, _shapes.FeedForward, _shapes.Experts),
        Weight(prefix + "up_exps.weight", _shapes.Embedding, _shapes.FeedForward, _shapes.Experts),
        Weight(prefix + "down_exps.weight", _shapes.FeedForward, _shapes.Embedding, _shapes.Experts));

    private ProjectionBinding Projection(string name, int inputs, int outputs) =>
        new([Weight(name + ".weight", inputs, outputs)], [.. Bias(name + ".bias", 0, outputs)]);

    private NormBinding Norm(string name) =>
        new(Find(name + ".weight") is { } weight ? Vector(weight, _shapes.Embedding) : Missing(name + ".weight"),
            Find(name + ".bias") is { } bias ? Vector(bias, _shapes.Embedding) : null);

    /// <summary>A bias if the file has it, and which output it begins at.</summary>
    private IEnumerable<(GgufTensor, int)> Bias(string name, int first, int length) =>
        Find(name) is { } tensor ? [(Vector(tensor, length), first)] : [];

    private GgufTensor? Factors(string name) => Find(name) is { } tensor ? Vector(tensor, 0) : null;

    /// <summary>Checks a vector; a length of 0 is not known.</summary>
    private GgufTensor Vector(GgufTensor tensor, int length)
    {
        _used.Add(tensor.Name);
        if (length > 0 && (tensor.ElementCount != length || tensor.Dimensions[0] != length))
            _problems.Add(tensor.Name, $"is {Describe(tensor)}, expected {{{length}}}");
        if (tensor.Type is not (GgmlType.F32 or GgmlType.F16 or GgmlType.BF16))
            _problems.Add(tensor.Name, $"is of type {tensor.Type}, expected F32, F16 or BF16");
        return tensor;
    }

    /// <summary>Checks a matrix; a dimension of 0 is not known.</summary>
    private GgufTensor Weight(string name, params ReadOnlySpan<int> dimensions)
    {
        if (Find(name) is not { } tensor)
            return Missing(name);
        _used.Add(name);
        var fits = tensor.Dimensions.Length == dimensions.Length;
        for (var i = 0; fits && i < dimensions.Length; i++)
            fits = tensor.Dimensions[i] == dimensions[i] || (dimensions[i] == 0 && tensor.Dimensions[i] <= ShapeReader.MaxDimension);
        if (!fits)
            _problems.Add(name, $"is {Describe(tensor)}, expected {{{string.Join(", ", dimensions.ToArray().Select(d => d == 0 ? "?" : $"{d}"))}}}");
        if (!tensor.Type.IsWeightFormat())
            _problems.Add(name, $"is of type {tensor.Type}, which is no weight format");
        return tensor;
    }

    /// <summary>Notes it, and stands in until the error with all that is missing is thrown; never part of a result.</summary>
    private GgufTensor Missing(string name)
    {
        _problems.Missing(name);
        return _file.Tensors[0];
    }

    private bool Has(string name) => Find(name) is not null;

    private GgufTensor? Find(string name) => _file.TryGetTensor(name, out var tensor) ? tensor : null;

    private static string Describe(GgufTensor tensor) => $"{{{string.Join(", ", tensor.Dimensions.ToArray())}}} {tensor.Type}";
}
