namespace Mibera.Run.Chat.Commands;

internal sealed class SaveCommand : IChatCommand
{
    public IReadOnlyList<string> Names { get; } = ["/save"];

    public (string Arguments, string Purpose) Help => ("FILE", "write the conversation to a JSON file");

    public Task RunAsync(ChatDialogue dialogue, string argument)
    {
        if (argument.Length == 0)
            throw new UsageException("/save needs the name of a file");
        Overwriting.Check("/save", argument);
        // First beside it: a full disk must not cost the conversation that was there.
        var partial = argument + ".partial";
        using (var file = File.Create(partial))
            dialogue.Chat.Save(file);
        File.Move(partial, argument, overwrite: true);
        dialogue.Screen.Note($"{dialogue.Chat.Messages.Count} messages saved in {argument}");
        return Task.CompletedTask;
    }
}
