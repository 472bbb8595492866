using System.CommandLine;
using System.Text;
using Mibera.Inference;

namespace Mibera.Run;

/// <summary>Continues a prompt: the text goes to stdout as it comes.</summary>
internal static class GenerateCommand
{
    public static async Task RunAsync(ParseResult options, Status status, CancellationToken cancellationToken)
    {
        using var prompt = Prompt.Open(options);
        var sampling = SamplingArguments.Read(options);
        using var model = await ModelLoader.LoadAsync(options, status, contextLength: null, cancellationToken);
        SamplingArguments.Check(sampling, model);
        var (ids, text) = await prompt.TokenizeAsync(model, cancellationToken);
        if (ids.Length == 0)
            throw new UsageException("there is nothing to continue: give a prompt with -p or -f (this model begins no text by itself)");
        using var session = model.CreateSession();
        status.Track(() => session.Statistics);
        status.Line($"reading the prompt of {ids.Length} tokens");
        // Shown once it is read: the line above would lie over its end on a terminal.
        var shown = options.GetValue(CommandLine.NoDisplayPrompt) ? "" : Encoding.UTF8.GetString(text);
        var written = 0;
        try
        {
            await foreach (var piece in session.GenerateAsync(ids, sampling, cancellationToken))
                Write(piece.Text);
            Write("");
        }
        finally
        {
            status.Clear();
            if (written > 0 && !Console.IsOutputRedirected)
                Console.Out.WriteLine();
        }
        if (session.Statistics.StopReason == StopReason.ContextFull)
            status.Note($"stopped: the context of {session.ContextLength} tokens is full (-c sets it)");

        void Write(string text)
        {
            if (written == 0)
                status.DecodeBegins();
            status.Clear();
            Console.Out.Write(shown + text);
            written += shown.Length + text.Length;
            shown = "";
        }
    }
}
