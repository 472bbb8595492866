using System.Diagnostics;
using Mibera.Inference.Sampling;
using Mibera.Inference.Tests.Models;

namespace Mibera.Inference.Tests.Sessions;

/// <summary>What a host may rely on: its threads and its context are its own, and a cancelled call ends soon.</summary>
public sealed class HostTests : TinyModelFolder
{
    private static readonly GenerationOptions Long = new() { MaxTokens = 20, IgnoreEndOfGeneration = true, Seed = 3 };

    /// <summary>A user interface's thread that blocks: whoever came back to it would wait for ever.</summary>
    [Fact]
    public void NothingComesBackToTheHostsContext()
    {
        var path = TinyModel.Phi3().Write(Folder);
        var context = new NobodyRuns();
        var thread = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(context);
            var model = LanguageModel.LoadAsync(path).GetAwaiter().GetResult();
            var session = model.CreateSession(64);
            var pieces = session.GenerateAsync("abc", Long).GetAsyncEnumerator();
            while (pieces.MoveNextAsync().AsTask().GetAwaiter().GetResult())
                Assert.True(pieces.Current.TokenId >= -1);
            pieces.DisposeAsync().AsTask().GetAwaiter().GetResult();
            model.EmbedAsync("abc").GetAwaiter().GetResult();
            session.DisposeAsync().AsTask().GetAwaiter().GetResult();
            model.DisposeAsync().AsTask().GetAwaiter().GetResult();
        })
        { IsBackground = true };
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromSeconds(60)), "Something waits for the host's thread.");
        Assert.Equal(0, context.Posted);
    }

    /// <summary>However many generations there are, no thread of .NET's pool computes.</summary>
    [Fact]
    public async Task GenerationsComputeOnBackgroundThreadsOfTheModel()
    {
        var seen = new ThreadsSeen();
        using var model = Load(TinyModel.Phi3(), new ModelOptions { Threads = 2 });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Generate(model, "abc", Long with { LogitsProcessors = [seen] })));
        Assert.Equal(80, seen.Threads.Count);
        Assert.All(seen.Threads, thread => Assert.True(thread is { IsBackground: true, IsThreadPoolThread: false } || !thread.IsAlive));
        var distinct = seen.Threads.Concat(model.Workers).Distinct().ToList();
        await model.DisposeAsync();
        Assert.All(distinct, thread => Assert.True(thread.Join(TimeSpan.FromSeconds(20))));
    }

    /// <summary>Four sessions share the workers: none has twice the tokens of another when the first has its fill.</summary>
    [Fact]
    public async Task SessionsAdvanceTogether()
    {
        const int Sessions = 4, Enough = 150;
        using var model = await LanguageModel.LoadAsync(
            Fixtures.Path("stories/stories-mibera-Q4_K_S.gguf"), new ModelOptions { Threads = 2 }, cancellationToken: TestContext.Current.CancellationToken);
        var counts = new int[Sessions];
        using var begun = new Barrier(Sessions);
        using var enough = new CancellationTokenSource();
        await Task.WhenAll(Enumerable.Range(0, Sessions).Select(i => Task.Factory.StartNew(() =>
        {
            using var session = model.CreateSession(256);
            session.Evaluate([1]);
            begun.SignalAndWait();
            while (!enough.IsCancellationRequested)
            {
                session.Evaluate([5 + i]);
                if (++counts[i] == Enough)
                    enough.Cancel();
            }
        }, TaskCreationOptions.LongRunning)));
        Assert.InRange(counts.Min(), Enough / 2, Enough);
    }

    [Fact]
    public async Task TheLikeliestTokensComeFirst()
    {
        using var model = Load(TinyModel.Phi3());
        using var session = model.CreateSession(64);
        var sum = 0.0;
        await foreach (var piece in session.GenerateAsync("abc", Long with { Temperature = 0, TopLogProbabilities = TinyModel.Vocabulary }, TestContext.Current.CancellationToken))
        {
            var top = piece.TopLogProbabilities;
            if (piece.TokenId < 0)
                continue;
            Assert.Equal(TinyModel.Vocabulary, top.Count);
            Assert.Equal((piece.TokenId, piece.LogProbability), (top[0].TokenId, top[0].LogProbability));
            Assert.Equal(top.OrderByDescending(t => t.LogProbability).Select(t => t.LogProbability), top.Select(t => t.LogProbability));
            sum = top.Sum(t => Math.Exp(t.LogProbability));
            Assert.Equal(1.0, sum, 1e-4);
        }
        Assert.NotEqual(0, sum);
        Assert.Equal(3UL, session.Statistics.Seed);
        Assert.Empty(default(GeneratedPiece).TopLogProbabilities);
    }

    [Fact]
    public async Task ACancelledPromptGoesOnLater()
    {
        using var model = await LanguageModel.LoadAsync(
            Fixtures.Path("smol/smol-chat-135m-Q4_1.gguf"), new ModelOptions { Threads = 2 }, cancellationToken: TestContext.Current.CancellationToken);
        int[] ids = [.. Enumerable.Range(0, 1500).Select(i => 100 + i * 37 % 20000)];
        using var whole = model.CreateSession(2048);
        var clock = Stopwatch.StartNew();
        var expected = whole.Evaluate(ids, TestContext.Current.CancellationToken).ToArray();
        // What else the machine does decides how long the prompt takes: a part of its time that proves too long is halved.
        var part = clock.Elapsed / 10;
        while (!IsCancelled(part))
        {
            part /= 2;
            Assert.True(part > TimeSpan.FromMilliseconds(1), "The prompt is never cancelled.");
        }

        bool IsCancelled(TimeSpan delay)
        {
            using var session = model.CreateSession(2048);
            using var source = new CancellationTokenSource(delay);
            try
            {
                session.Evaluate(ids, source.Token);
                return false;
            }
            catch (OperationCanceledException error)
            {
                Assert.Equal(source.Token, error.CancellationToken);
                Assert.InRange(session.Statistics.PrefillTokens, 0, ids.Length - 1);
                Assert.Equal(expected, session.Evaluate([], TestContext.Current.CancellationToken).ToArray());
                return true;
            }
        }
    }

    [Fact]
    public void ACommonBeginningIsNotComputedAgain()
    {
        using var model = Load(TinyModel.Phi3());
        using var session = model.CreateSession(64);
        session.Evaluate([1, 2, 3, 4, 5, 6]);
        int[][] texts = [[1, 2, 3, 9, 8], [1, 2, 3], [1, 2, 3], [7], [7, 8, 9]];
        int[] kept = [3, 3, 3, 0, 1];
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.Equal(kept[i], session.KeepCommonPrefix(texts[i]));
            using var fresh = model.CreateSession(64);
            // Where the whole text is there already, its last logits are wanted again.
            Assert.Equal(fresh.Evaluate(texts[i]).ToArray(), session.Evaluate(texts[i].AsSpan(kept[i])).ToArray());
        }
    }

    private sealed class NobodyRuns : SynchronizationContext
    {
        private int _posted;

        public int Posted => _posted;

        public override void Post(SendOrPostCallback d, object? state) => Interlocked.Increment(ref _posted);
    }

    private sealed class ThreadsSeen : ILogitsProcessor
    {
        private readonly Lock _gate = new();

        public List<Thread> Threads { get; } = [];

        public void Process(ReadOnlySpan<int> tokens, Span<float> logits)
        {
            lock (_gate)
                Threads.Add(Thread.CurrentThread);
        }
    }
}
