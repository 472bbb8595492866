using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Mibera.Inference;

namespace Mibera.Run;

/// <summary><c>--perplexity</c>: the last line on stdout is the figure.</summary>
internal static class PerplexityCommand
{
    private const int DefaultContext = 512;
    private const int MinContext = 4;

    public static async Task RunAsync(ParseResult options, Status status, CancellationToken cancellationToken)
    {
        using var prompt = Prompt.Open(options);
        if (!prompt.IsGiven)
            throw new UsageException("--perplexity needs a text: give it with -f FILE");
        var context = options.GetValue(CommandLine.Context) is > 0 and var c ? c : DefaultContext;
        if (context < MinContext)
            throw new UsageException($"--perplexity needs a context of {MinContext} or more, not {context}");
        var text = prompt.Read(Prompt.MaxBytes);
        using var model = await ModelLoader.LoadAsync(options, status, context, cancellationToken);
        status.Line("tokenizing");
        var ids = prompt.Ids ?? await Task.Run(() => model.Tokenizer.EncodeUtf8(text, addBos: true), cancellationToken).WaitAsync(cancellationToken);
        if (ids.Length < context)
            throw new UsageException($"the text has {ids.Length} tokens, one chunk {context}: give a longer text or a smaller -c");
        var result = await Task.Run(() => Perplexity.Measure(model, ids, context, new ChunkProgress(status), cancellationToken), cancellationToken);
        status.Clear();
        Console.Out.Write(string.Create(CultureInfo.InvariantCulture, $"perplexity: {result.Value:F4}\n"));
    }

    private sealed class ChunkProgress : IProgress<Perplexity>
    {
        private readonly Status _status;
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private long _tokens;

        public ChunkProgress(Status status)
        {
            _status = status;
            status.Track(() => new SessionStatistics { PrefillTokens = _tokens, PrefillTime = _clock.Elapsed });
        }

        public void Report(Perplexity value)
        {
            _tokens = (long)value.ChunksDone * value.ContextLength;
            _status.Line(string.Create(CultureInfo.InvariantCulture, $"chunk {value.ChunksDone} of {value.Chunks}: {value.Value:F4}"));
        }
    }
}
