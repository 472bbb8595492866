using System.CommandLine;
using Mibera.Inference;
using Mibera.Inference.Chat;

namespace Mibera.Run.Chat;

/// <summary>One turn without a dialogue: the answer goes to stdout as it comes.</summary>
internal static class ChatOnce
{
    /// <param name="options">The command line.</param>
    /// <param name="model">The model.</param>
    /// <param name="chatOptions">What the options say of conversations.</param>
    /// <param name="text">What the user says; null: the last of <paramref name="messages"/> is to be answered.</param>
    /// <param name="messages">The conversation before, or null.</param>
    /// <param name="status">Told of the progress.</param>
    /// <param name="cancellationToken">Ends the answer.</param>
    public static async Task RunAsync(
        ParseResult options, LanguageModel model, ChatOptions chatOptions, string? text, IReadOnlyList<ChatMessage>? messages, Status status,
        CancellationToken cancellationToken)
    {
        SamplingArguments.Check(chatOptions.Generation, model);
        using var chat = Create(model, chatOptions with { ContextOverflow = ChatArguments.Overflow(options, ContextOverflow.Stop) });
        Prepare(chat, messages);
        if (options.GetValue(CommandLine.PrintPrompt))
        {
            if (text is not null)
                chat.Add(ChatMessage.User(text));
            Console.Out.Write(chat.RenderPrompt());
            return;
        }
        status.Track(() => Figures(chat.Total));
        var cache = new PromptCache(options.GetValue(CommandLine.PromptCache), status);
        cache.Load(path => chat.LoadState(path, cancellationToken));
        status.Line("reading the prompt");
        var written = 0;
        try
        {
            await foreach (var piece in text is null ? chat.AnswerAsync(cancellationToken: cancellationToken) : chat.SendAsync(text, cancellationToken))
            {
                status.Clear();
                Console.Out.Write(piece.Text);
                written += piece.Text.Length;
            }
        }
        catch (ContextFullException e)
        {
            throw new UsageException($"{e.Message.TrimEnd('.')} (-c gives a larger context, --context-overflow shift drops the middle)");
        }
        finally
        {
            status.Clear();
            if (written > 0 && !Console.IsOutputRedirected)
                Console.Out.WriteLine();
        }
        cache.Save(path => chat.SaveState(path, cancellationToken), chat.LastAnswer.PrefillTokens);
        if (chat.LastAnswer.StopReason == StopReason.ContextFull)
            status.Note($"stopped: the context of {chat.ContextLength} tokens is full (-c sets it)");
    }

    /// <summary>The conversation that the options want.</summary>
    public static ChatSession Create(LanguageModel model, ChatOptions options)
    {
        ChatSession chat;
        try
        {
            chat = model.CreateChat(options);
        }
        catch (ArgumentException e) when (e.ParamName == "template")
        {
            throw new UsageException($"--chat-template: {Text(e)}, or a file");
        }
        catch (ArgumentException e) when (e.ParamName == "tools")
        {
            throw new UsageException($"--tools: {Text(e)}");
        }
        if (!chat.IgnoresTools)
            return chat;
        chat.Dispose();
        throw new UsageException(
            $"--tools: the chat template ({chat.TemplateName}) tells the model of no tools; --chat-template takes another one");

        static string Text(ArgumentException e) => e.Message.Split(" (Parameter")[0].TrimEnd('.');
    }

    /// <summary>Puts the messages of a file in, behind the system prompt if they have none of their own.</summary>
    public static void Prepare(ChatSession chat, IReadOnlyList<ChatMessage>? messages)
    {
        if (messages is not null)
            chat.SetMessages(messages is [{ Role: "system" }, ..] ? messages : [.. chat.Messages, .. messages]);
    }

    public static SessionStatistics Figures(ChatStatistics total) => new()
    {
        PrefillTokens = total.PrefillTokens,
        PrefillTime = total.PrefillTime,
        DecodeTokens = total.DecodeTokens,
        DecodeTime = total.DecodeTime,
        StopReason = total.StopReason,
        Seed = total.Seed,
    };
}
