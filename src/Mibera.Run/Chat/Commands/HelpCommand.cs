namespace Mibera.Run.Chat.Commands;

internal sealed class HelpCommand : IChatCommand
{
    private const string Keys = """"

        Several lines: a backslash at a line's end, Alt-Enter, or """ around the text. What you paste is one message.
        Up and down: what you entered before.
        Ctrl-C stops an answer or drops the line; on an empty line it ends the program, as Ctrl-D does.

        """";

    public IReadOnlyList<string> Names { get; } = ["/help", "/?"];

    public (string Arguments, string Purpose) Help => ("", "this list");

    public Task RunAsync(ChatDialogue dialogue, string argument)
    {
        var heads = CommandTable.All.Select(c => $"{c.Names[0]} {c.Help.Arguments}".TrimEnd()).ToArray();
        var width = heads.Max(h => h.Length);
        dialogue.Screen.Show(string.Join('\n', CommandTable.All.Select((c, i) => $"  {heads[i].PadRight(width)}  {c.Help.Purpose}")));
        dialogue.Screen.Show(Keys);
        return Task.CompletedTask;
    }
}
