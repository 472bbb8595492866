using System.CommandLine;
using System.Globalization;
using Mibera.Inference;

namespace Mibera.Run;

/// <summary>Continues a prompt: the text goes to stdout as it comes.</summary>
internal static class GenerateCommand
{
    public static async Task<int> RunAsync(ParseResult options, CancellationToken cancellationToken)
    {
        var generation = Options(options);
        var ids = PromptSource.Ids(options);
        var text = ids is null ? PromptSource.Text(options) : "";
        var status = new Status(options.GetValue(CommandLine.Verbose));
        using var model = await ModelLoader.LoadAsync(options, status, contextLength: null, cancellationToken);
        ids ??= model.Tokenizer.Encode(text, addBos: true, parseSpecial: true);
        if (ids.Length == 0)
            throw new UsageException("there is nothing to continue: give a prompt with -p or -f");
        using var session = model.CreateSession();
        if (ids.Length >= session.ContextLength)
            throw new UsageException($"the prompt has {ids.Length} tokens, the context only {session.ContextLength}: give a larger one with -c");
        if (!options.GetValue(CommandLine.NoDisplayPrompt))
            Console.Out.Write(text);
        try
        {
            status.Line("reading the prompt");
            await foreach (var piece in session.GenerateAsync(ids, generation, cancellationToken))
            {
                status.Clear();
                Console.Out.Write(piece.Text);
            }
            return ExitCode.Success;
        }
        finally
        {
            status.Clear();
            if (!Console.IsOutputRedirected)
                Console.Out.WriteLine();
            if (session.Statistics.StopReason == StopReason.ContextFull)
                status.Note($"stopped: the context of {session.ContextLength} tokens is full (-c sets it)");
            status.Timings(session.Statistics, model.Streaming);
        }
    }

    private static GenerationOptions Options(ParseResult options) => new()
    {
        MaxTokens = options.GetValue(CommandLine.Predict),
        Temperature = options.GetValue(CommandLine.Temperature),
        TopK = options.GetValue(CommandLine.TopK),
        TopP = options.GetValue(CommandLine.TopP),
        MinP = options.GetValue(CommandLine.MinP),
        TypicalP = options.GetValue(CommandLine.Typical),
        RepeatPenalty = options.GetValue(CommandLine.RepeatPenalty),
        RepeatLastN = options.GetValue(CommandLine.RepeatLastN),
        FrequencyPenalty = options.GetValue(CommandLine.FrequencyPenalty),
        PresencePenalty = options.GetValue(CommandLine.PresencePenalty),
        LogitBias = Biases(options.GetValue(CommandLine.LogitBias) ?? []),
        Seed = options.GetValue(CommandLine.Seed) is >= 0 and var seed ? (ulong)seed : null,
        StopStrings = [.. (options.GetValue(CommandLine.Stop) ?? []).Where(s => s.Length > 0).Select(s => options.GetValue(CommandLine.NoEscape) ? s : PromptSource.Unescape(s))],
        IgnoreEndOfGeneration = options.GetValue(CommandLine.IgnoreEos),
        ShowSpecial = options.GetValue(CommandLine.Special),
    };

    private static Dictionary<int, float> Biases(IEnumerable<string> texts)
    {
        var biases = new Dictionary<int, float>();
        foreach (var text in texts)
        {
            var sign = text.AsSpan().IndexOfAny('+', '-');
            if (sign <= 0 || !int.TryParse(text.AsSpan(0, sign), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                || !float.TryParse(text.AsSpan(sign), NumberStyles.Float, CultureInfo.InvariantCulture, out var bias))
            {
                throw new UsageException($"--logit-bias: '{text}' is not a token id with a bias, such as 15043+1 or 15043-1");
            }
            biases[id] = bias;
        }
        return biases;
    }
}
