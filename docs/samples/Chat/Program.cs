// Chat MODEL.gguf [SECONDS]: a line in, an answer out. Ctrl-C stops an answer, and so does the time limit.
using Mibera.Inference;
using Mibera.Inference.Chat;

var limit = args.Length > 1 ? TimeSpan.FromSeconds(double.Parse(args[1])) : Timeout.InfiniteTimeSpan;
await using var model = await LanguageModel.LoadAsync(args[0]);
Console.WriteLine($"{Path.GetFileName(args[0])}, {model.ContextLength} positions, {Processor.InstructionSet}");

using var chat = model.CreateChat(new ChatOptions
{
    SystemPrompt = "You are a helpful assistant. Answer briefly.",
    ContextOverflow = ContextOverflow.TruncateOldestTurns,
    Generation = new GenerationOptions { Temperature = 0, MaxTokens = 64 },
});

while (Prompt() is { Length: > 0 } question)
{
    using var stop = new CancellationTokenSource(limit);
    ConsoleCancelEventHandler handler = (_, e) => { e.Cancel = true; stop.Cancel(); };
    Console.CancelKeyPress += handler;
    try
    {
        await foreach (var piece in chat.SendAsync(question, stop.Token))
            Console.Write(piece.Text);
    }
    catch (OperationCanceledException)
    {
        // The answer stays in the conversation as far as it came.
        Console.Write(" [stopped]");
    }
    Console.CancelKeyPress -= handler;
    var answer = chat.LastAnswer;
    Console.WriteLine($"\n({answer.PromptTokens} tokens read, {answer.ReusedTokens} of them before; {answer.GeneratedTokens} written)");
}

static string? Prompt()
{
    Console.Write("> ");
    return Console.ReadLine();
}
