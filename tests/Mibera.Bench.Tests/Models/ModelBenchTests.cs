using Mibera.Bench.Models;
using Mibera.Bench.Synthetic;
using Mibera.Inference;

namespace Mibera.Bench.Tests.Models;

public sealed class ModelBenchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mibera-bench-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_synthetic_model_is_measured_in_every_respect()
    {
        var path = Write("tiny", "Q2_K");
        var (steps, loaded) = (0d, 0);
        var settings = new ModelBenchSettings { PromptTokens = 24, GeneratedTokens = 8, Depth = 5, Threads = 2, Repetitions = 2 };
        var bench = new ModelBench(settings, TestContext.Current.CancellationToken);
        var result = bench.Run(path, () => loaded++, step => steps += step);

        Assert.Equal((1, bench.Steps), (loaded, steps));
        Assert.Equal((2, 2), (result.Prefill.Count, result.Decode.Count));
        Assert.Equal((24, 8, 5, 2), (result.PromptTokens, result.GeneratedTokens, result.Depth, result.Limits.Threads));
        Assert.Equal(new FileInfo(path).Length, result.FileBytes);
        // A limit before the first repetition, and one after each.
        Assert.Equal(3, result.Limits.ReadBandwidth.Count);
        Assert.All(
            [result.Prefill.Worst, result.Decode.Worst, result.Limits.R, result.Limits.P, result.KernelRate, result.DecodeShareOfBound!.Value],
            rate => Assert.True(double.IsFinite(rate) && rate > 0));
        Assert.True(result.PeakMemoryBytes > result.Cost.WeightBytes);
    }

    [Theory]
    [InlineData("tiny", "IQ1_M")]
    [InlineData("tiny", "NVFP4")]
    public async Task Logits_of_random_weights_are_finite(string shape, string quantization)
    {
        await using var model = await LanguageModel.LoadAsync(
            Write(shape, quantization), new ModelOptions { Probe = false, ContextLength = 64 }, cancellationToken: TestContext.Current.CancellationToken);
        using var session = model.CreateSession();
        var logits = session.Evaluate([1, 2, 3], TestContext.Current.CancellationToken).ToArray();
        Assert.All(logits, value => Assert.True(float.IsFinite(value)));
        Assert.True(logits.Distinct().Count() > logits.Length / 2);
    }

    private string Write(string shapeName, string quantizationName)
    {
        Assert.True(ModelShapes.TryFind(shapeName, out var shape));
        Assert.True(Quantization.TryFind(quantizationName, out var quantization));
        var model = new SyntheticModel(shape, quantization);
        var path = Path.Combine(_folder, model.FileName);
        new SyntheticModelFile(model, null, TestContext.Current.CancellationToken).WriteTo(path);
        return path;
    }
}
