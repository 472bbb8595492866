namespace Mibera.Run.Chat.Commands;

internal sealed class SystemCommand : IChatCommand
{
    public IReadOnlyList<string> Names { get; } = ["/system"];

    public (string Arguments, string Purpose) Help => ("[TEXT|none]", "show, set or remove the system prompt");

    public Task RunAsync(ChatDialogue dialogue, string argument)
    {
        if (argument.Length > 0)
        {
            dialogue.Chat.SystemPrompt = argument == "none" ? null : Terminal.LineEditor.Unquote(argument);
            var done = argument == "none" ? "removed" : "set";
            dialogue.Screen.Note($"system prompt {done}; that holds for the whole conversation, which is read anew");
            return Task.CompletedTask;
        }
        if (dialogue.Chat.SystemPrompt is { } system)
            dialogue.Screen.Show(system);
        else
            dialogue.Screen.Note("no system prompt; /system TEXT sets one");
        return Task.CompletedTask;
    }
}
