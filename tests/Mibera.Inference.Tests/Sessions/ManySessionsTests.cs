using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Mibera.Inference.Tests.Sessions;

/// <summary>Many sessions over one model: the same bits as alone, and nothing left of those that are gone.</summary>
public sealed class ManySessionsTests
{
    private const string Stories = "stories/stories-mibera-Q4_K_S.gguf";

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(2, 3)]
    public async Task TwoThreadsGetTheBitsOfOne(int threads, int streamed)
    {
        var options = new ModelOptions { Threads = threads, StreamedLayers = streamed };
        using var model = await LanguageModel.LoadAsync(Fixtures.Path(Stories), options, cancellationToken: TestContext.Current.CancellationToken);
        var prompts = new[] { "Once upon a time, there was a little girl", "The dog", "" };
        var alone = new List<string>();
        foreach (var prompt in prompts)
            alone.Add(await Run(model, prompt));
        for (var round = 0; round < 3; round++)
        {
            var together = await Task.WhenAll(prompts.Concat(prompts).Select(prompt => Task.Run(() => Run(model, prompt))));
            Assert.Equal(alone.Concat(alone), together);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FiveHundredSessionsLeaveNothing(bool disposed)
    {
        using var model = await LanguageModel.LoadAsync(Fixtures.Path(Stories), new ModelOptions { Threads = 2 }, cancellationToken: TestContext.Current.CancellationToken);
        // About 3 MB each, most of it touched.
        long Round(int sessions)
        {
            for (var i = 0; i < sessions; i++)
                Open(model, disposed);
            Collect();
            Assert.Equal(0, model.SessionBytes);
            using var process = Process.GetCurrentProcess();
            return process.WorkingSet64;
        }

        Round(100);
        // Other tests run beside this one and take memory of their own: a leak, 1.5 GB, would show in every attempt.
        var least = long.MaxValue;
        for (var attempt = 0; attempt < 4 && least > 200_000_000; attempt++)
        {
            var before = Round(100);
            least = Math.Min(least, Round(500) - before);
        }
        Assert.InRange(least, long.MinValue, 400_000_000);
    }

    /// <summary>Nobody calls the collector: it knows by itself what sessions hold.</summary>
    [Fact]
    public async Task DroppedSessionsAreCollectedBeforeTheyPileUp()
    {
        using var model = await LanguageModel.LoadAsync(Fixtures.Path(Stories), new ModelOptions { Threads = 1 }, cancellationToken: TestContext.Current.CancellationToken);
        Open(model, disposed: false);
        var one = model.SessionBytes;
        var most = 0L;
        for (var i = 0; i < 800; i++)
        {
            Open(model, disposed: false);
            most = Math.Max(most, model.SessionBytes);
        }
        Assert.InRange(most / one, 1, 500);
    }

    [Fact]
    public async Task ADroppedModelEndsItsThreadsAndUnmapsItsFile()
    {
        var (model, workers) = await Drop();
        for (var i = 0; i < 200 && (model.IsAlive || workers.Any(w => w.IsAlive)); i++)
        {
            Collect();
            await Task.Delay(50);
        }
        Assert.False(model.IsAlive);
        Assert.All(workers, w => Assert.False(w.IsAlive));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(WeakReference, IReadOnlyList<Thread>)> Drop()
    {
        var model = await LanguageModel.LoadAsync(Fixtures.Path(Stories), new ModelOptions { Threads = 3 });
        await Run(model, "Once");
        return (new WeakReference(model), model.Workers);
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Open(LanguageModel model, bool disposed)
    {
        var session = model.CreateSession(512);
        session.Evaluate([1, 2, 3, 4, 5, 6, 7, 8]);
        if (disposed)
            session.Dispose();
    }

    private static async Task<string> Run(LanguageModel model, string prompt)
    {
        using var session = model.CreateSession(128);
        var text = "";
        await foreach (var piece in session.GenerateAsync(prompt, new GenerationOptions { MaxTokens = 24, Seed = 5 }))
            text += $"{piece.Text}|{BitConverter.SingleToInt32Bits(piece.LogProbability):x8}|";
        return text;
    }
}
