using Mibera.Inference.Sampling;
using Mibera.Inference.Tests.Models;

namespace Mibera.Inference.Tests.Sessions;

/// <summary>Models and sessions are disposed at any moment: calls end with an error, and memory is never freed under a kernel.</summary>
public sealed class DisposalTests : TinyModelFolder
{
    private const int Rounds = 12;

    private static readonly int[] Ids = [.. Enumerable.Range(0, 200).Select(i => i * 7 % 256)];

    public static TheoryData<bool, int, int> Kinds => new() { { true, 1, 0 }, { true, 2, 0 }, { false, 2, 0 }, { true, 2, 2 } };

    /// <summary>Sessions evaluate and generate on four threads until the model goes away under them, many times over.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AModelIsDisposedUnderRunningKernels(bool mapped, int threads, int streamed)
    {
        var path = TinyModel.Phi3().Write(Folder);
        var options = new ModelOptions { Threads = threads, MemoryMap = mapped, StreamedLayers = streamed, BatchSize = 16 };
        for (var round = 0; round < Rounds; round++)
        {
            var model = LanguageModel.Load(path, options, null, TestContext.Current.CancellationToken);
            var calls = Enumerable.Range(0, 4).Select(i => Task.Run(async () => i % 2 == 0 ? Evaluate(model) : await Generate(model))).ToArray();
            await Task.Delay(round % 8);
            await model.DisposeAsync();
            // The file is closed and unmapped by now: on every system it may be replaced.
            File.WriteAllBytes(path, File.ReadAllBytes(path));
            var disposed = await Task.WhenAll(calls);
            Assert.All(disposed, Assert.True);
            Assert.Throws<ObjectDisposedException>(() => model.CreateSession());
        }
    }

    [Fact]
    public async Task ASessionIsDisposedUnderItsOwnKernels()
    {
        using var model = Load(TinyModel.Phi3(), new ModelOptions { Threads = 2 });
        for (var round = 0; round < Rounds; round++)
        {
            var session = model.CreateSession(256);
            var call = Task.Run(() => EvaluateForEver(session));
            await Task.Delay(round % 4);
            await session.DisposeAsync();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => call);
            Assert.Equal(0, model.SessionBytes);
        }
    }

    [Fact]
    public async Task WithinItsOwnCallsTheyMayBeDisposedToo()
    {
        using var model = Load(TinyModel.Phi3());
        var session = model.CreateSession(256);
        session.Evaluate(Ids, (_, _) => session.Dispose());
        Assert.Throws<ObjectDisposedException>(() => session.Evaluate([1]));
        Assert.Equal(0, model.SessionBytes);
        var other = model.CreateSession(256);
        var disposing = new Disposing(model);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            await foreach (var piece in other.GenerateAsync("abc", new GenerationOptions { LogitsProcessors = [disposing] }, TestContext.Current.CancellationToken))
                Assert.NotEqual("no text", piece.Text);
        });
    }

    [Fact]
    public async Task BetweenPiecesNothingHoldsTheModel()
    {
        var model = Load(TinyModel.Phi3());
        await using var session = model.CreateSession(256);
        var error = await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            await foreach (var _ in session.GenerateAsync("abc", new GenerationOptions { IgnoreEndOfGeneration = true }, TestContext.Current.CancellationToken))
                await model.DisposeAsync();
        });
        Assert.Contains(nameof(LanguageModel), error.ObjectName, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => session.Evaluate([1]));
        Assert.Throws<ObjectDisposedException>(() => session.Truncate(0));
    }

    [Fact]
    public void LogitsOutliveTheirSession()
    {
        using var model = Load(TinyModel.Phi3());
        var expected = Logits(model, out var session).ToArray();
        session.Dispose();
        for (var i = 0; i < 20; i++)
        {
            // The session of these logits is dropped at once.
            var logits = Logits(model, out _);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.True(logits.SequenceEqual(expected));
        }
    }

    private static ReadOnlySpan<float> Logits(LanguageModel model, out InferenceSession session)
    {
        session = model.CreateSession(256);
        return session.Evaluate(Ids);
    }

    /// <summary>True once the model has been disposed.</summary>
    private static bool Evaluate(LanguageModel model)
    {
        try
        {
            using var session = model.CreateSession(256);
            EvaluateForEver(session);
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
        return false;
    }

    private static void EvaluateForEver(InferenceSession session)
    {
        while (true)
        {
            session.Evaluate(Ids);
            session.Evaluate([1]);
            session.Truncate(0);
        }
    }

    private static async Task<bool> Generate(LanguageModel model)
    {
        try
        {
            while (true)
            {
                using var session = model.CreateSession(64);
                await foreach (var _ in session.GenerateAsync("abc", new GenerationOptions { IgnoreEndOfGeneration = true }))
                    await Task.Yield();
            }
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    private sealed class Disposing(LanguageModel model) : ILogitsProcessor
    {
        public void Process(ReadOnlySpan<int> tokens, Span<float> logits) => model.Dispose();
    }
}
