namespace Mibera.Run.Chat.Commands;

internal sealed class ClearCommand : IChatCommand
{
    public IReadOnlyList<string> Names { get; } = ["/clear", "/reset"];

    public (string Arguments, string Purpose) Help => ("", "forget the conversation; the system prompt stays");

    public Task RunAsync(ChatDialogue dialogue, string argument)
    {
        dialogue.Chat.Clear();
        dialogue.Screen.Note("the conversation is forgotten");
        return Task.CompletedTask;
    }
}
