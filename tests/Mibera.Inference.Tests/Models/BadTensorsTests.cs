namespace Mibera.Inference.Tests.Models;

/// <summary>Tensors that are missing, of the wrong shape or type: one error that names all of them.</summary>
public sealed class BadTensorsTests : TinyModelFolder
{
    private static readonly Dictionary<string, Func<TinyModel>> Models = new()
    {
        ["phi2"] = TinyModel.Phi2,
        ["phi3"] = TinyModel.Phi3,
        ["phi3-split"] = Split,
        ["phimoe"] = TinyModel.PhiMoe,
    };

    public static TheoryData<string> Names => [.. Models.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void EachRequiredTensorMissingInTurn(string name)
    {
        foreach (var tensor in Required(Models[name]()))
        {
            var error = Refused<UnsupportedModelException>(Models[name]().Without(tensor));
            Assert.EndsWith($"make no model of the Phi family: {tensor} is missing", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AllThatIsMissingIsListed(string name)
    {
        string[] missing = [.. Required(Models[name]()).Where((_, i) => i % 3 == 1)];
        Assert.True(missing.Length > 2);
        var error = Refused<UnsupportedModelException>(Models[name]().Without(missing));
        foreach (var tensor in missing)
            Assert.Contains($"{tensor} is missing", error.Message, StringComparison.Ordinal);
        Assert.Equal(missing.Length, error.Message.Split(" is missing").Length - 1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EachTensorOfAnotherShape(string name)
    {
        foreach (var (tensor, data) in Models[name]().Tensors)
        {
            var model = Models[name]();
            // One row (of a vector: one element) more than the other tensors ask for.
            long[] dimensions = [.. data.Dimensions[..^1], data.Dimensions[^1] + 1];
            model.Tensors[tensor] = new TinyTensor(dimensions, new float[dimensions.Aggregate(1L, (a, b) => a * b)]);
            var error = Refused<UnsupportedModelException>(model);
            // Of two vocabularies neither is the right one; the embedding's is taken for it.
            Assert.True(error.Message.Contains(tensor == "token_embd.weight" ? "output.weight" : tensor, StringComparison.Ordinal), $"{tensor}: {error.Message}");
        }
    }

    private static IEnumerable<string> Required(TinyModel model) =>
        model.Tensors.Keys.Where(t => t.EndsWith(".weight", StringComparison.Ordinal) && t != "output.weight");

    private static TinyModel Split()
    {
        var model = TinyModel.Phi3();
        foreach (var layer in model.EachLayer())
        {
            model.Split(layer + "attn_qkv.weight", (layer + "attn_q.weight", 64), (layer + "attn_k.weight", 32), (layer + "attn_v.weight", 32));
            model.Split(layer + "ffn_up.weight", (layer + "ffn_gate.weight", TinyModel.FeedForward), (layer + "ffn_up.weight", TinyModel.FeedForward));
        }
        return model;
    }
}
