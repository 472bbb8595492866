namespace Mibera.Run.Chat.Commands;

internal sealed class RegenerateCommand : IChatCommand
{
    public IReadOnlyList<string> Names { get; } = ["/regen", "/retry"];

    public (string Arguments, string Purpose) Help => ("", "another answer in place of the last one");

    public Task RunAsync(ChatDialogue dialogue, string argument)
    {
        if (dialogue.Chat.Messages.Any(m => m.Role == "user"))
            return dialogue.AnswerAsync(token => dialogue.Chat.RegenerateAsync(dialogue.Generation, token));
        dialogue.Screen.Note("there is nothing to answer yet");
        return Task.CompletedTask;
    }
}
