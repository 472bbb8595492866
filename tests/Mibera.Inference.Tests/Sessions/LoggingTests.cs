using System.Collections.Concurrent;
using Mibera.Inference.Tests.Models;
using Microsoft.Extensions.Logging;

namespace Mibera.Inference.Tests.Sessions;

/// <summary>A host's log hears of models, sessions and generations, and nothing of texts.</summary>
public sealed class LoggingTests : TinyModelFolder
{
    [Fact]
    public async Task LoadingSessionsAndGenerationsAreLogged()
    {
        using var log = new ListLogger();
        await using var model = Load(TinyModel.Phi3(), new ModelOptions { Threads = 1, LoggerFactory = log });
        await using var session = model.CreateSession();
        await foreach (var _ in session.GenerateAsync("secret words", new GenerationOptions { MaxTokens = 3, Seed = 5 }, TestContext.Current.CancellationToken)) ;
        Assert.Contains(log.Lines, line => line.StartsWith("Information: Loaded " + model.FilePath, StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.StartsWith("Debug: Session opened", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.StartsWith("Debug: Generation ended", StringComparison.Ordinal) && line.EndsWith("seed 5", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains("secret", StringComparison.Ordinal));
    }

    private sealed class ListLogger : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel}: {formatter(state, exception)}");

        public void Dispose()
        {
        }
    }
}
