using Mibera.Inference.Gguf;

namespace Mibera.Inference.Models;

/// <summary>Writes which tensor fills which role: the first layer in full, the others where they differ from it.</summary>
internal static class BindingReport
{
    public static void Write(LoadReport report, ModelBinding binding)
    {
        Add(report, "token embedding", [binding.Embedding]);
        var first = Describe(binding.Layers[0]).ToArray();
        foreach (var (role, tensors) in first)
            Add(report, $"layers: {role}", tensors);
        for (var i = 1; i < binding.Layers.Count; i++)
        {
            foreach (var ((role, tensors), (_, model)) in Describe(binding.Layers[i]).Zip(first))
            {
                if (!tensors.Select(Plain).SequenceEqual(model.Select(Plain)))
                    Add(report, $"layer {i}: {role}", tensors);
            }
        }
        Add(report, "output norm", Tensors(binding.OutputNorm));
        Add(report, "output projection", Tensors(binding.Output));
        foreach (var factors in new[] { binding.RopeFrequencies, binding.RopeFactorsLong, binding.RopeFactorsShort }.OfType<GgufTensor>())
            Add(report, "RoPE factors", [factors]);
    }

    private static IEnumerable<(string Role, GgufTensor[] Tensors)> Describe(LayerBinding layer)
    {
        yield return ("attention norm", Tensors(layer.AttentionNorm));
        yield return ("queries, keys, values", Tensors(layer.Qkv));
        yield return ("attention output", Tensors(layer.AttentionOutput));
        yield return ("feed-forward norm", layer.FeedForwardNorm is { } norm ? Tensors(norm) : []);
        yield return ("feed-forward up", layer.Up is { } up ? Tensors(up) : []);
        yield return ("feed-forward down", layer.Down is { } down ? Tensors(down) : []);
        yield return ("experts", layer.Experts is { } e ? [e.Router, e.Gate, e.Up, e.Down] : []);
    }

    private static GgufTensor[] Tensors(NormBinding norm) => norm.Bias is { } bias ? [norm.Weight, bias] : [norm.Weight];

    private static GgufTensor[] Tensors(ProjectionBinding projection) =>
        [.. projection.Weights, .. projection.Biases.Select(b => b.Tensor)];

    // The name without its layer: blk.12.attn_qkv.weight -> attn_qkv.weight; the type, for mixes differ by layer.
    private static string Plain(GgufTensor tensor)
    {
        var parts = tensor.Name.Split('.', 3);
        return $"{(parts.Length == 3 && parts[0] == "blk" ? parts[2] : tensor.Name)} {tensor.Type}";
    }

    private static void Add(LoadReport report, string role, GgufTensor[] tensors)
    {
        if (tensors.Length > 0)
            report.Add(LoadReportKind.Role, role, string.Join(" + ", tensors.Select(t => $"{t.Name} {{{string.Join(", ", t.Dimensions.ToArray())}}} {t.Type}")));
    }
}
