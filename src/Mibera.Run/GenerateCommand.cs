using System.CommandLine;
using System.Text;
using Mibera.Inference;
using Mibera.Run.Chat;

namespace Mibera.Run;

/// <summary>Answers, continues, or holds a dialogue, as options, streams and model want it.</summary>
internal static class GenerateCommand
{
    public static async Task RunAsync(ParseResult options, Status status, Interrupt interrupt)
    {
        // What the command line alone can tell comes before the model, which may take long.
        if (options.GetValue(CommandLine.NoConversation) && options.GetValue(CommandLine.System) is not null)
            throw new UsageException("-sys begins a conversation, and -no-cnv continues a text without one");
        if (options.GetValue(CommandLine.Tools) is not null
            && (options.GetValue(CommandLine.NoConversation) || options.GetValue(CommandLine.Tokens) is not null))
            throw new UsageException("--tools is for conversations, and this continues a text without one");
        var chat = ChatArguments.Read(options, SamplingArguments.Read(options));
        var messages = ChatArguments.Messages(options);
        using var prompt = messages is null ? await Prompt.OpenAsync(options, interrupt.Token) : Prompt.Open(options);
        var isGiven = prompt.IsGiven || messages is not null;
        var isRaw = options.GetValue(CommandLine.NoConversation) || prompt.Ids is not null;
        using var model = await ModelLoader.LoadAsync(options, status, contextLength: null, interrupt.Token);
        if (!isRaw && WantsDialogue(options, isGiven) && options.GetValue(CommandLine.PromptCache) is not null)
            throw new UsageException("--prompt-cache is for one prompt; in a chat /save and /load keep the conversation");
        if (!isRaw && WantsDialogue(options, isGiven))
            await ChatDialogue.RunAsync(options, model, chat, prompt.IsGiven ? prompt.ReadTurn(model) : null, messages, status, interrupt);
        else if (!isRaw && isGiven && (messages is not null || WantsChat(options, model)))
            await ChatOnce.RunAsync(options, model, chat, prompt.IsGiven ? prompt.ReadTurn(model) : null, messages, status, interrupt.Token);
        else
            await ContinueAsync(options, chat.Generation, prompt, model, status, interrupt.Token);
    }

    /// <summary>Without a prompt a terminal is where one chats; the demo model only tells stories.</summary>
    private static bool WantsDialogue(ParseResult options, bool isGiven)
    {
        if (Console.IsInputRedirected || Console.IsOutputRedirected || options.GetValue(CommandLine.PrintPrompt))
            return false;
        return isGiven
            ? options.GetValue(CommandLine.Conversation) && !options.GetValue(CommandLine.SingleTurn)
            : options.GetValue(CommandLine.Conversation) || options.GetValue(CommandLine.Model) is not null;
    }

    private static bool WantsChat(ParseResult options, LanguageModel model) =>
        model.ChatTemplate is not null || options.GetValue(CommandLine.Conversation)
        || options.GetValue(CommandLine.ChatTemplate) is not null || options.GetValue(CommandLine.System) is not null
        || options.GetValue(CommandLine.Tools) is not null;

    /// <summary>Raw completion.</summary>
    private static async Task ContinueAsync(
        ParseResult options, GenerationOptions sampling, Prompt prompt, LanguageModel model, Status status, CancellationToken cancellationToken)
    {
        SamplingArguments.Check(sampling, model);
        // Of the demo model it is said already that it tells stories.
        if (model.ChatTemplate is null && prompt is { IsGiven: true, Ids: null } && options.GetValue(CommandLine.Model) is not null
            && !options.GetValue(CommandLine.NoConversation))
        {
            status.Remark("the file has no chat template: the text is continued, not answered "
                + "(--chat-template gives one; -no-cnv if this is meant)");
        }
        var (ids, text) = await prompt.TokenizeAsync(model, cancellationToken);
        if (ids.Length == 0)
            throw new UsageException("there is nothing to continue: give a prompt with -p or -f (this model begins no text by itself)");
        if (options.GetValue(CommandLine.PrintPrompt))
        {
            Console.Out.Write(Encoding.UTF8.GetString(text));
            return;
        }
        sampling = sampling with { ContextOverflow = Overflow(options), KeepTokens = options.GetValue(CommandLine.Keep) < 0 ? ids.Length : sampling.KeepTokens };
        using var session = model.CreateSession();
        status.Track(() => session.Statistics);
        var cache = new PromptCache(options.GetValue(CommandLine.PromptCache), status);
        cache.Load(path => session.LoadState(path, cancellationToken));
        // One token at least is read, for its logits.
        session.Truncate(Math.Min(session.KeepCommonPrefix(ids), ids.Length - 1));
        var missing = ids.AsMemory(session.Position);
        status.Line($"reading the prompt of {ids.Length} tokens");
        // Shown once it is read: the line above would lie over its end on a terminal.
        var shown = options.GetValue(CommandLine.NoDisplayPrompt) ? "" : Encoding.UTF8.GetString(text);
        var written = 0;
        try
        {
            await foreach (var piece in session.GenerateAsync(missing, sampling, cancellationToken))
                Write(piece.Text);
            Write("");
        }
        finally
        {
            status.Clear();
            if (written > 0 && !Console.IsOutputRedirected)
                Console.Out.WriteLine();
        }
        cache.Save(path => session.SaveState(path, cancellationToken), missing.Length);
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

    private static ContextOverflow Overflow(ParseResult options)
    {
        var policy = ChatArguments.Overflow(options, ContextOverflow.Stop);
        return policy == ContextOverflow.TruncateOldestTurns
            ? throw new UsageException("--context-overflow truncate drops turns, which a text does not have: stop and shift are for texts")
            : policy;
    }
}
