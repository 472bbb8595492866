using System.CommandLine;

namespace Mibera.Run;

/// <summary>Picks what to do by the options.</summary>
internal static class Dispatcher
{
    public static Task RunAsync(ParseResult options, Status status, Interrupt interrupt)
    {
        var cancellationToken = interrupt.Token;
        Exclude(options, CommandLine.Tokenize, CommandLine.Perplexity, CommandLine.Logits, CommandLine.Plan);
        Exclude(options, CommandLine.Prompt, CommandLine.File, CommandLine.Tokens, CommandLine.Messages);
        Exclude(options, CommandLine.Conversation, CommandLine.NoConversation, CommandLine.Tokens);
        Exclude(options, CommandLine.NoConversation, CommandLine.Messages);
        if (options.GetValue(CommandLine.Plan))
            return PlanCommand.RunAsync(options);
        if (options.GetValue(CommandLine.Tokenize))
            return TokenizeCommand.RunAsync(options, status, cancellationToken);
        if (options.GetValue(CommandLine.Perplexity))
            return PerplexityCommand.RunAsync(options, status, cancellationToken);
        if (options.GetValue(CommandLine.Logits) is not null)
            return LogitsCommand.RunAsync(options, status, cancellationToken);
        return GenerateCommand.RunAsync(options, status, interrupt);
    }

    private static void Exclude(ParseResult options, params ReadOnlySpan<Option> exclusive)
    {
        string? first = null;
        foreach (var option in exclusive)
        {
            if (options.GetResult(option) is null or { Implicit: true })
                continue;
            if (first is not null)
                throw new UsageException($"{first} and {option.Name} exclude each other");
            first = option.Name;
        }
    }
}
