using Mibera.Bench.Models;
using Mibera.Bench.Synthetic;
using Mibera.Inference.Gguf;

namespace Mibera.Bench.Tests.Models;

public sealed class ModelCostTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mibera-bench-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Phi_4_costs_what_its_shape_says()
    {
        var cost = Cost("phi4-14b", "Q8_0");
        const double Layers = 40d * (5120 * 7680 + 5120 * 5120 + 5120 * 35840 + 17920 * 5120);
        const double Output = 5120d * 100352;
        const double Norms = 81 * 5120;
        Assert.Equal((Layers, Output), (cost.LayerMacs, cost.OutputMacs));
        Assert.Equal(Layers + 2 * Output + Norms, cost.Parameters);
        // 34 bytes for 32 weights; one row of the embedding; norms in float32.
        Assert.Equal((Layers + Output + 5120) / 32 * 34 + Norms * 4, cost.WeightBytes);
        // Keys and values of 10 heads of 128 in 40 layers, two bytes each.
        Assert.Equal(204800, cost.CacheBytesPerPosition);
        Assert.Equal(cost.WeightBytes + 204800 * (1000 + 64), cost.BytesPerDecodedToken(1000, 128));
        Assert.Equal(Layers + Output / 512, cost.MacsPerPromptToken(512));
    }

    [Fact]
    public void A_tied_embedding_is_the_output_projection()
    {
        var cost = Cost("phi4-mini", "Q8_0");
        Assert.Equal(3072d * 200064, cost.OutputMacs);
        Assert.Equal(cost.LayerMacs + cost.OutputMacs, cost.WeightsByType[GgmlType.Q8_0]);
    }

    /// <summary>The header of a model, its data left out as holes.</summary>
    private ModelCost Cost(string shapeName, string quantizationName)
    {
        Assert.True(ModelShapes.TryFind(shapeName, out var shape));
        Assert.True(Quantization.TryFind(quantizationName, out var quantization));
        var writer = new GgufWriter();
        foreach (var tensor in new SyntheticModel(shape, quantization).Tensors) writer.AddZeroTensor(tensor.Name, tensor.Type, tensor.Dimensions);
        var path = Path.Combine(_folder, "model.gguf");
        writer.WriteTo(path);
        using var file = GgufFile.Open(path, mapped: false);
        return ModelCost.Of(file, shape.Layers, shape.KvHeads * shape.HeadDimension, expertShare: 1);
    }
}
