using System.Diagnostics;

namespace Mibera.Inference.Tests.Memory;

/// <summary>Weights that are read anew on every pass give the bits of those that stay.</summary>
public sealed class StreamingTests : IDisposable
{
    private const string Stories = "stories/stories-mibera-Q2_K.gguf";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mibera-streaming-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(Stories, 1)]
    [InlineData(Stories, 2)]
    [InlineData(Stories, 5)]
    [InlineData("stories/stories-phi3-split.gguf", 3)]
    [InlineData("hf/phimoe.gguf", 2)]
    [InlineData("smol/smol-chat-135m-Q4_1.gguf", 9)]
    [InlineData("smol/smol-chat-135m-Q4_1.gguf", 30)]
    public async Task SameBits(string file, int layers)
    {
        var path = Fixtures.Path(file);
        var expected = await Run(path, new ModelOptions());
        Assert.Equal(expected, await Run(path, new ModelOptions { StreamedLayers = layers }));
        Assert.Equal(expected, await Run(path, new ModelOptions { StreamedLayers = layers, MemoryMap = false, BatchSize = 5, Threads = 3 }));
    }

    [Fact]
    public async Task ABudgetMakesLayersStream()
    {
        var path = Fixtures.Path("smol/smol-chat-135m-Q4_1.gguf");
        var roomy = MemoryPlan.For(path, new ModelOptions { RamBudget = ByteSize.Parse("10GB"), ContextLength = 256, BatchSize = 64 });
        var options = new ModelOptions { RamBudget = new ByteSize(roomy.Total.Bytes - 30_000_000), ContextLength = 256, BatchSize = 64, KeyCacheType = KvCacheType.F16 };
        using var model = await LanguageModel.LoadAsync(path, options, cancellationToken: TestContext.Current.CancellationToken);
        Assert.InRange(model.MemoryPlan.StreamedLayers.Count, 3, 29);
        using var session = model.CreateSession();
        session.Evaluate([1, 2, 3], TestContext.Current.CancellationToken);
        var before = model.Streaming.BytesRead.Bytes;
        for (var i = 0; i < 4; i++)
            session.Evaluate([4 + i], TestContext.Current.CancellationToken);
        // Four tokens read the streamed layers four times, with what lies between their tensors; two sections may be ahead or were.
        var perToken = (double)model.MemoryPlan.WeightsStreamed.Bytes;
        var ahead = 2.0 / model.MemoryPlan.StreamedLayers.Count;
        Assert.InRange((model.Streaming.BytesRead.Bytes - before) / perToken, 4 - ahead, 1.02 * (4 + ahead));
        Assert.True(model.Streaming.BytesPerSecond > 0);
    }

    [Fact]
    public async Task SessionsAtDifferentDepthsShareTheBuffers()
    {
        var path = Fixtures.Path(Stories);
        var expected = await Run(path, new ModelOptions());
        using var model = await LanguageModel.LoadAsync(path, new ModelOptions { StreamedLayers = 5, Threads = 2 }, cancellationToken: TestContext.Current.CancellationToken);
        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Enumerable.Range(0, 5).Select(_ => Logits(model)).ToArray())));
        Assert.All(all.SelectMany(runs => runs), logits => Assert.Equal(expected, logits));
    }

    [Fact]
    public async Task ACancelledCallLeavesTheSessionUsable()
    {
        using var model = await LanguageModel.LoadAsync(Fixtures.Path(Stories), new ModelOptions { StreamedLayers = 4 }, cancellationToken: TestContext.Current.CancellationToken);
        var expected = Logits(model);
        using var session = model.CreateSession();
        Assert.ThrowsAny<OperationCanceledException>(() => session.Evaluate(Ids(model)[..40], new CancellationToken(canceled: true)));
        Assert.Equal(expected, session.Evaluate(Ids(model)[40..], TestContext.Current.CancellationToken).ToArray());
    }

    [Fact]
    public async Task AFileThatShrinksIsAnErrorUntilItIsWhole()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems do not let a file shrink while it is open.");
        var path = Copy();
        using var model = await LanguageModel.LoadAsync(path, new ModelOptions { StreamedLayers = 5, MemoryMap = false }, cancellationToken: TestContext.Current.CancellationToken);
        var expected = Logits(model);
        using var session = model.CreateSession();
        Shell("truncate", "-s", "60000", path);
        var error = Assert.Throws<ModelIOException>(() => session.Evaluate(Ids(model)[..40]));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Throws<ModelIOException>(() => session.Evaluate(Ids(model)[40..]));
        Shell("cp", Fixtures.Path(Stories), path);
        session.Truncate(40);
        Assert.Equal(expected, session.Evaluate(Ids(model)[40..], TestContext.Current.CancellationToken).ToArray());
    }

    [Fact]
    public async Task WithoutAMappingAShrinkingFileDoesNoHarm()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems do not let a file shrink while it is open.");
        var path = Copy();
        using var model = await LanguageModel.LoadAsync(path, new ModelOptions { MemoryMap = false }, cancellationToken: TestContext.Current.CancellationToken);
        var expected = Logits(model);
        Shell("truncate", "-s", "0", path);
        Assert.Equal(expected, Logits(model));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task LoadingBringsResidentWeightsIn(int streamed)
    {
        var stages = new Stages();
        using var model = await LanguageModel.LoadAsync(
            Fixtures.Path(Stories), new ModelOptions { StreamedLayers = streamed }, stages, TestContext.Current.CancellationToken);
        var weights = stages.All.Where(p => p.Stage == "reading weights").ToArray();
        Assert.Equal(model.MemoryPlan.WeightsResident.Bytes, weights.Max(p => p.Done));
        Assert.All(weights, p => Assert.Equal(model.MemoryPlan.WeightsResident.Bytes, p.Total));
    }

    [Fact]
    public async Task LoadingIsCancelledWhileWeightsComeIn()
    {
        using var source = new CancellationTokenSource();
        var stages = new Stages { OnReport = p => { if (p.Stage == "reading weights") source.Cancel(); } };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => LanguageModel.LoadAsync(Fixtures.Path("smol/smol-chat-135m-Q4_1.gguf"), new ModelOptions { Threads = 2 }, stages, source.Token));
    }

    private sealed class Stages : IProgress<LoadProgress>
    {
        public System.Collections.Concurrent.ConcurrentBag<LoadProgress> All { get; } = [];

        public Action<LoadProgress>? OnReport { get; init; }

        public void Report(LoadProgress value)
        {
            All.Add(value);
            OnReport?.Invoke(value);
        }
    }

    private string Copy()
    {
        var path = Path.Combine(_folder.FullName, "model.gguf");
        File.Copy(Fixtures.Path(Stories), path);
        // The reference data may be read-only.
        File.SetAttributes(path, FileAttributes.Normal);
        return path;
    }

    // Another process: this one's own open file is locked against its writes.
    private static void Shell(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static async Task<float[]> Run(string path, ModelOptions options)
    {
        using var model = await LanguageModel.LoadAsync(path, options);
        return Logits(model);
    }

    private static float[] Logits(LanguageModel model)
    {
        using var session = model.CreateSession();
        session.Evaluate(Ids(model)[..40]);
        foreach (var id in Ids(model)[40..^1])
            session.Evaluate([id]);
        return session.Evaluate(Ids(model)[^1..]).ToArray();
    }

    private static int[] Ids(LanguageModel model) => [.. Enumerable.Range(0, 48).Select(i => 3 + (i * 37 + i * i) % (model.VocabularySize - 3))];
}
