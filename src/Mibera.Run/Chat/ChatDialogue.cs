using System.CommandLine;
using Mibera.Inference;
using Mibera.Inference.Chat;
using Mibera.Run.Chat.Commands;
using Mibera.Run.Terminal;

namespace Mibera.Run.Chat;

/// <summary>The dialogue on a terminal: reads what the user says, does commands, shows answers.</summary>
internal sealed class ChatDialogue(ChatSession chat, GenerationOptions generation, ChatScreen screen, Interrupt interrupt)
{
    private readonly LineEditor _editor = new(new ConsoleKeys(), screen.InputView);

    public ChatSession Chat => chat;

    public ChatScreen Screen => screen;

    /// <summary>How answers are sampled; <c>/set</c> changes it.</summary>
    public GenerationOptions Generation { get; set; } = generation;

    /// <summary>Whether the user has said goodbye.</summary>
    public bool IsOver { get; set; }

    public static async Task RunAsync(
        ParseResult options, LanguageModel model, ChatOptions chatOptions, string? text, IReadOnlyList<ChatMessage>? messages, Status status,
        Interrupt interrupt)
    {
        SamplingArguments.Check(chatOptions.Generation, model);
        using var chat = ChatOnce.Create(model, chatOptions with { ContextOverflow = ChatArguments.Overflow(options, ContextOverflow.TruncateOldestTurns) });
        ChatOnce.Prepare(chat, messages);
        status.Track(() => ChatOnce.Figures(chat.Total));
        var dialogue = new ChatDialogue(chat, chatOptions.Generation, new ChatScreen(!options.GetValue(CommandLine.NoColor)), interrupt);
        dialogue.Screen.Note($"{Path.GetFileName(model.FilePath)}, context {chat.ContextLength}, template: {chat.TemplateName}; /help, Ctrl-D ends");
        if (text is not null)
            await dialogue.AnswerAsync(token => chat.SendAsync(text, dialogue.Generation, token));
        else if (messages is [.., { Role: not "assistant" }])
            await dialogue.AnswerAsync(token => chat.AnswerAsync(dialogue.Generation, token));
        if (!options.GetValue(CommandLine.SingleTurn))
            await dialogue.LoopAsync();
        else if (text is null && messages is null)
            await dialogue.TurnAsync();
    }

    /// <summary>Shows an answer; Ctrl-C stops it, and what came of it stays.</summary>
    public async Task AnswerAsync(Func<CancellationToken, IAsyncEnumerable<GeneratedPiece>> answer)
    {
        using var scope = interrupt.Begin();
        try
        {
            await screen.ShowAsync(answer(scope.Token));
            Remark(chat.LastAnswer);
        }
        catch (OperationCanceledException) when (!interrupt.Token.IsCancellationRequested)
        {
            screen.Note(chat.LastAnswer.GeneratedTokens > 0 ? "stopped; the answer stays as far as it came" : "stopped before the answer began; your message was taken back");
        }
        catch (Exception e) when (e is MiberaException or InvalidOperationException)
        {
            screen.Problem(e.Message);
        }
    }

    private void Remark(ChatStatistics answer)
    {
        if (answer.DroppedMessages > 0)
            screen.Note($"the context of {chat.ContextLength} tokens was full: the model no longer sees the {answer.DroppedMessages} oldest messages");
        if (answer.DiscardedTokens > 0)
            screen.Note($"the context of {chat.ContextLength} tokens was full: {answer.DiscardedTokens} tokens were dropped from its middle");
        if (answer.StopReason == StopReason.ContextFull)
            screen.Note($"stopped: the context of {chat.ContextLength} tokens is full (/undo, /clear, or a larger one with -c)");
        if (answer.StopReason == StopReason.MaxTokens)
            screen.Note($"stopped after {Generation.MaxTokens} tokens (-n, /set n)");
    }

    private async Task LoopAsync()
    {
        while (!IsOver)
            await TurnAsync();
    }

    private async Task TurnAsync()
    {
        var (end, text) = interrupt.WaitFor(() => screen.Read(_editor), screen.Leave);
        interrupt.Token.ThrowIfCancellationRequested();
        if (end == InputEnd.Interrupted)
            throw new OperationCanceledException();
        IsOver |= end == InputEnd.Closed;
        if (IsOver || text.Trim().Length == 0)
            return;
        if (CommandTable.Find(text) is var (command, argument))
            await RunAsync(command, argument);
        else if (CommandTable.LooksLikeCommand(text))
            screen.Problem($"there is no command {text.Trim().Split(' ')[0]}; /help lists them");
        else
            await AnswerAsync(token => chat.SendAsync(text, Generation, token));
    }

    private async Task RunAsync(IChatCommand command, string argument)
    {
        try
        {
            await command.RunAsync(this, argument);
        }
        catch (Exception e) when (e is MiberaException or IOException or UnauthorizedAccessException or UsageException)
        {
            screen.Problem(e.Message);
        }
    }
}
