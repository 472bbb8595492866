namespace Mibera.Run.Chat.Commands;

internal sealed class LoadCommand : IChatCommand
{
    public IReadOnlyList<string> Names { get; } = ["/load"];

    public (string Arguments, string Purpose) Help => ("FILE", "go on with a saved conversation, or an OpenAI-style list");

    public Task RunAsync(ChatDialogue dialogue, string argument)
    {
        if (argument.Length == 0)
            throw new UsageException("/load needs the name of a file");
        using (var file = File.OpenRead(argument))
            dialogue.Chat.Load(file);
        dialogue.Screen.Note($"{dialogue.Chat.Messages.Count} messages loaded from {argument}");
        return Task.CompletedTask;
    }
}
