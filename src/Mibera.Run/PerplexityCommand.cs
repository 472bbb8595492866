using System.CommandLine;
using System.Globalization;
using Mibera.Inference;

namespace Mibera.Run;

/// <summary><c>--perplexity</c>: the last line on stdout is the figure.</summary>
internal static class PerplexityCommand
{
    private const int DefaultContext = 512;

    public static async Task<int> RunAsync(ParseResult options, CancellationToken cancellationToken)
    {
        if (options.GetValue(CommandLine.File) is null && options.GetValue(CommandLine.Prompt) is null)
            throw new UsageException("--perplexity needs a text: give it with -f FILE");
        var text = PromptSource.Text(options);
        var context = options.GetValue(CommandLine.Context) is > 0 and var c ? c : DefaultContext;
        if (context < 4)
            throw new UsageException($"--perplexity needs a context of 4 or more, not {context}");
        var status = new Status(options.GetValue(CommandLine.Verbose));
        using var model = await ModelLoader.LoadAsync(options, status, context, cancellationToken);
        try
        {
            var result = await Task.Run(() => Perplexity.Measure(model, text, context, new ChunkProgress(status), cancellationToken), cancellationToken);
            status.Clear();
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"perplexity: {result.Value:F4}"));
            return ExitCode.Success;
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private sealed class ChunkProgress(Status status) : IProgress<Perplexity>
    {
        public void Report(Perplexity value) =>
            status.Line(string.Create(CultureInfo.InvariantCulture, $"chunk {value.ChunksDone} of {value.Chunks}: {value.Value:F4}"));
    }
}
