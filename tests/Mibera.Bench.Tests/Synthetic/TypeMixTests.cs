using Mibera.Bench.Synthetic;

namespace Mibera.Bench.Tests.Synthetic;

/// <summary>
/// The types of every matrix, against what llama.cpp's <c>llama-quantize --dry-run</c> said of files of the same shapes
/// (I-quants and Q2_K_S with an importance matrix). A line of <c>TypeMixes.txt</c>: shape, quantization, then for each
/// role the types of the layers in order, equal neighbours counted.
/// </summary>
public class TypeMixTests
{
    private static readonly Dictionary<string, TensorRole> Roles = new()
    {
        ["token_embd"] = TensorRole.TokenEmbedding,
        ["output"] = TensorRole.Output,
        ["attn_qkv"] = TensorRole.AttentionQkv,
        ["attn_output"] = TensorRole.AttentionOutput,
        ["ffn_up"] = TensorRole.FeedForwardUp,
        ["ffn_down"] = TensorRole.FeedForwardDown,
    };

    public static IEnumerable<TheoryDataRow<string>> Lines() =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Synthetic", "TypeMixes.txt")).Select(line => new TheoryDataRow<string>(line));

    [Theory]
    [MemberData(nameof(Lines))]
    public void Types_are_those_of_llama_cpp(string line)
    {
        var fields = line.Split(' ');
        Assert.True(ModelShapes.TryFind(fields[0], out var shape));
        Assert.True(Quantization.TryFind(fields[1], out var quantization));
        foreach (var field in fields[2..])
        {
            var (name, expected) = (field.Split('=')[0], field.Split('=')[1]);
            var types = Enumerable.Range(0, name is "token_embd" or "output" ? 1 : shape.Layers)
                .Select(layer => TypeMix.Choose(quantization, shape, Roles[name], layer, name == "ffn_down" ? shape.FeedForward : shape.Embedding));
            Assert.Equal(expected, Count(types.Select(type => type.ToString().ToUpperInvariant())));
        }
    }

    [Fact]
    public void Every_quantization_is_compared_but_those_that_llama_cpp_does_not_make()
    {
        var compared = Lines().Select(row => row.Data.Split(' ')[1]).ToHashSet();
        Assert.Equal(["F32", "F16", "BF16", "NVFP4", "MXFP4"], Quantization.All.Select(quantization => quantization.Name).Where(name => !compared.Contains(name)));
    }

    [Fact]
    public void Small_floats_fill_the_layers_of_a_dense_model()
    {
        Assert.True(ModelShapes.TryFind("phi4-14b", out var shape));
        Assert.True(Quantization.TryFind("mxfp4_moe", out var quantization));
        var types = new SyntheticModel(shape, quantization).Tensors.Where(tensor => tensor.IsMatrix).GroupBy(tensor => tensor.Type.ToString());
        Assert.Equal([("Q8_0", 2), ("MXFP4", 160)], types.Select(group => (group.Key, group.Count())));
    }

    private static string Count(IEnumerable<string> types)
    {
        var runs = new List<(string Type, int Count)>();
        foreach (var type in types)
        {
            if (runs.Count > 0 && runs[^1].Type == type) runs[^1] = (type, runs[^1].Count + 1);
            else runs.Add((type, 1));
        }
        return string.Join(',', runs.Select(run => $"{run.Type}*{run.Count}"));
    }
}
