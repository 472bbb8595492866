namespace Mibera.Run.Chat.Commands;

internal sealed class UndoCommand : IChatCommand
{
    private const int Shown = 60;

    public IReadOnlyList<string> Names { get; } = ["/undo"];

    public (string Arguments, string Purpose) Help => ("", "take back your last message and its answer");

    public Task RunAsync(ChatDialogue dialogue, string argument)
    {
        if (dialogue.Chat.Undo() is not { } message)
        {
            dialogue.Screen.Note("there is nothing to take back");
            return Task.CompletedTask;
        }
        var text = message.Content.ReplaceLineEndings(" ");
        dialogue.Screen.Note($"taken back: {(text.Length > Shown ? text[..Shown] + "..." : text)}");
        return Task.CompletedTask;
    }
}
