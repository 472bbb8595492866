namespace Mibera.Run.Chat.Commands;

internal sealed class ByeCommand : IChatCommand
{
    public IReadOnlyList<string> Names { get; } = ["/bye", "/exit", "/quit"];

    public (string Arguments, string Purpose) Help => ("", "end");

    public Task RunAsync(ChatDialogue dialogue, string argument)
    {
        dialogue.IsOver = true;
        return Task.CompletedTask;
    }
}
