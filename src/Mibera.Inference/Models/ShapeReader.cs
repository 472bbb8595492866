using System.Globalization;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Models;

/// <summary>
/// Reads a model's shapes off its tensors. Each is what most tensors say that show it, so that one missing or wrong tensor
/// does not make all others look wrong.
/// </summary>
internal sealed class ShapeReader(GgufFile file, BindingProblems problems)
{
    /// <summary>Largest dimension that is multiplied: three of them side by side stay below 2^31.</summary>
    public const int MaxDimension = 1 << 28;

    // What makes a layer. A block of other tensors is none: they are unknown, and ignored with a warning.
    private static readonly HashSet<string> Roles =
    [
        "attn_norm.weight", "attn_qkv.weight", "attn_q.weight", "attn_k.weight", "attn_v.weight", "attn_output.weight",
        "ffn_norm.weight", "ffn_up.weight", "ffn_gate.weight", "ffn_down.weight",
        "ffn_gate_inp.weight", "ffn_gate_exps.weight", "ffn_up_exps.weight", "ffn_down_exps.weight",
    ];

    private int _layers;

    public ModelShapes Read()
    {
        _layers = CountLayers();
        if (_layers == 0)
            problems.Missing("blk.0.attn_norm.weight");
        var (query, kv) = AttentionRows();
        var experts = First("ffn_down.weight") is null ? Most(("ffn_down_exps.weight", 2), ("ffn_gate_exps.weight", 2), ("ffn_up_exps.weight", 2), ("ffn_gate_inp.weight", 1)) : 0;
        var feedForward = experts > 0
            ? Most(("ffn_down_exps.weight", 0), ("ffn_gate_exps.weight", 1), ("ffn_up_exps.weight", 1))
            : Most(("ffn_down.weight", 0), ("ffn_gate.weight", 1));
        var fusedGate = experts == 0 && feedForward > 0 && Lengths("ffn_up.weight", 1).Contains(2 * feedForward);
        // Experts are gated always.
        var gated = experts > 0 || fusedGate || First("ffn_gate.weight") is not null;
        return new ModelShapes
        {
            Layers = _layers,
            Embedding = Width(),
            Vocabulary = Length(Find("token_embd.weight"), 1),
            QueryRows = query,
            KvRows = kv,
            FeedForward = feedForward,
            Experts = experts,
            RopeFactors = Length(Find("rope_factors_long.weight"), 0),
            IsGated = gated,
            HasFusedGate = fusedGate,
            IsSequential = gated || First("ffn_norm.weight") is not null,
        };
    }

    /// <summary>A dimension, or 0 where the tensor or the dimension is missing, or it is too large to be one.</summary>
    public static int Length(GgufTensor? tensor, int dimension) =>
        tensor is not null && tensor.Dimensions.Length > dimension && tensor.Dimensions[dimension] <= MaxDimension ? (int)tensor.Dimensions[dimension] : 0;

    /// <summary>One more than the highest layer that has a tensor of a known role.</summary>
    private int CountLayers()
    {
        var indices = new List<int>();
        foreach (var tensor in file.Tensors)
        {
            if (tensor.Name.Split('.', 3) is ["blk", var number, var role] && Roles.Contains(role)
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            {
                indices.Add(index);
            }
        }
        // More layers than tensors of layers cannot be: such a number is the name of an unknown tensor.
        return indices.Where(i => i < indices.Count).DefaultIfEmpty(-1).Max() + 1;
    }

    private int Width() => MostCommon(
        [Length(Find("token_embd.weight"), 0), Length(Find("output_norm.weight"), 0), Length(Find("output.weight"), 0), .. Lengths("attn_norm.weight", 0)]);

    private (int Query, int Kv) AttentionRows()
    {
        var query = Most(("attn_output.weight", 0), ("attn_q.weight", 1));
        if (First("attn_qkv.weight") is not { } qkv)
            return (query, Most(("attn_k.weight", 1), ("attn_v.weight", 1)));
        var fused = Most(("attn_qkv.weight", 1));
        if (fused > 0 && query > 0 && (fused <= query || (fused - query) % 2 != 0))
            problems.Add(qkv.Name, $"has {fused} rows, which leave no equal keys and values beside {query} rows of queries");
        return (query, query > 0 && fused > query ? (fused - query) / 2 : 0);
    }

    private int Most(params ReadOnlySpan<(string Role, int Dimension)> sources)
    {
        var lengths = new List<int>();
        foreach (var (role, dimension) in sources)
            lengths.AddRange(Lengths(role, dimension));
        return MostCommon(lengths);
    }

    /// <summary>Of equally common ones the first; 0 for none.</summary>
    private static int MostCommon(IEnumerable<int> lengths) =>
        lengths.Where(l => l > 0).GroupBy(l => l).OrderByDescending(g => g.Count()).FirstOrDefault()?.Key ?? 0;

    private IEnumerable<int> Lengths(string role, int dimension) => Enumerable.Range(0, _layers).Select(i => Length(Find($"blk.{i}.{role}"), dimension));

    private GgufTensor? First(string role)
    {
        for (var i = 0; i < _layers; i++)
        {
            if (Find($"blk.{i}.{role}") is { } tensor)
                return tensor;
        }
        return null;
    }

    private GgufTensor? Find(string name) => file.TryGetTensor(name, out var tensor) ? tensor : null;
}
