// ChatClient MODEL.gguf [SECONDS]: the same through IChatClient, as any other provider's.
using Mibera.Inference;
using Microsoft.Extensions.AI;

var limit = args.Length > 1 ? TimeSpan.FromSeconds(double.Parse(args[1])) : Timeout.InfiniteTimeSpan;
await using var model = await LanguageModel.LoadAsync(args[0]);
using IChatClient client = model.AsIChatClient();
Console.WriteLine($"{client.GetService<ChatClientMetadata>()?.DefaultModelId}, {Processor.InstructionSet}");

var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 64 };
List<ChatMessage> conversation = [new(ChatRole.System, "You are a helpful assistant. Answer briefly.")];

while (Prompt() is { Length: > 0 } question)
{
    conversation.Add(new ChatMessage(ChatRole.User, question));
    using var stop = new CancellationTokenSource(limit);
    var updates = new List<ChatResponseUpdate>();
    try
    {
        await foreach (var update in client.GetStreamingResponseAsync(conversation, options, stop.Token))
        {
            Console.Write(update.Text);
            updates.Add(update);
        }
    }
    catch (OperationCanceledException)
    {
        Console.Write(" [stopped]");
    }
    conversation.AddMessages(updates);
    var usage = updates.ToChatResponse().Usage;
    Console.WriteLine($"\n({usage?.InputTokenCount} tokens read, {usage?.CachedInputTokenCount} of them before; {usage?.OutputTokenCount} written)");
}

static string? Prompt()
{
    Console.Write("> ");
    return Console.ReadLine();
}
