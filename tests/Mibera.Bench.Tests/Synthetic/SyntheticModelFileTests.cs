using Mibera.Bench.Synthetic;
using Mibera.Inference.Gguf;

namespace Mibera.Bench.Tests.Synthetic;

public sealed class SyntheticModelFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mibera-bench-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("F16")]
    [InlineData("Q8_0")]
    [InlineData("Q3_K_M")]
    [InlineData("IQ1_M")]
    [InlineData("IQ2_M")]
    [InlineData("TQ1_0")]
    [InlineData("MXFP4")]
    public void What_is_written_opens_and_is_what_was_planned(string quantization)
    {
        var model = Model("tiny", quantization);
        var (path, written) = (Path.Combine(_folder, model.FileName), 0L);
        new SyntheticModelFile(model, count => written += count, TestContext.Current.CancellationToken).WriteTo(path);

        using var file = GgufFile.Open(path);
        Assert.Equal(model.Tensors.Select(tensor => (tensor.Name, tensor.Type)), file.Tensors.Select(tensor => (tensor.Name, tensor.Type)));
        Assert.Equal(model.WeightBytes, file.Tensors.Sum(tensor => tensor.ByteSize));
        Assert.InRange(new FileInfo(path).Length, model.WeightBytes, model.FileBytes);
        Assert.Equal(model.Tensors.Where(tensor => tensor.IsMatrix).Sum(tensor => tensor.Bytes), written);
        Assert.True(SyntheticModelFile.IsWritten(model, path));
    }

    [Fact]
    public void Every_shape_can_have_every_quantization()
    {
        foreach (var shape in ModelShapes.All)
        {
            // Whole blocks in every row: Bytes would throw.
            Assert.All(Quantization.All, quantization => Assert.True(new SyntheticModel(shape, quantization).WeightBytes > 0));
        }
    }

    [Fact]
    public void A_phi2_model_has_every_bias()
    {
        Assert.True(ModelShapes.TryFind("phi2", out var shape));
        Assert.True(Quantization.TryFind("Q4_K", out var quantization));
        var names = new SyntheticModel(shape, quantization).Tensors.Select(tensor => tensor.Name).ToArray();
        // 10 a layer, and 5 around them, as a converted phi-2 has them: 325.
        Assert.Equal(325, names.Length);
        Assert.Equal(5 * 32 + 2, names.Count(name => name.EndsWith(".bias", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("phi4-14b", 243)]
    [InlineData("phi3-mini", 195)]
    [InlineData("phi4-mini", 194)]
    public void A_phi3_model_has_the_tensors_of_a_converted_one(string shape, int count) => Assert.Equal(count, Model(shape, "Q2_K").Tensors.Count);

    [Fact]
    public void The_name_asks_no_engine_for_the_special_tokens_of_phi_3()
    {
        foreach (var shape in ModelShapes.All)
        {
            var name = new SyntheticModel(shape, Quantization.All[0]).GeneralName;
            Assert.DoesNotContain("phi3", name, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("phi-3", name, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void Another_model_is_not_taken_for_this_one()
    {
        var (model, other) = (Model("tiny", "Q2_K"), Model("tiny", "Q2_K_S"));
        var path = Path.Combine(_folder, "model.gguf");
        new SyntheticModelFile(other, null, TestContext.Current.CancellationToken).WriteTo(path);
        Assert.False(SyntheticModelFile.IsWritten(model, path));
        Assert.False(SyntheticModelFile.IsWritten(model, path + ".none"));
    }

    [Fact]
    public void A_cancelled_file_leaves_nothing_behind()
    {
        using var source = new CancellationTokenSource();
        var model = Model("tiny", "Q8_0");
        var writer = new SyntheticModelFile(model, _ => source.Cancel(), source.Token);
        Assert.ThrowsAny<OperationCanceledException>(() => writer.WriteTo(Path.Combine(_folder, "model.gguf")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    private static SyntheticModel Model(string shape, string quantization)
    {
        Assert.True(ModelShapes.TryFind(shape, out var found));
        Assert.True(Quantization.TryFind(quantization, out var type));
        return new SyntheticModel(found, type);
    }
}
