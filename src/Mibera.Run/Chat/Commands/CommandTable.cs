namespace Mibera.Run.Chat.Commands;

/// <summary>All commands.</summary>
internal static class CommandTable
{
    public static IReadOnlyList<IChatCommand> All { get; } =
    [
        new HelpCommand(), new SystemCommand(), new RegenerateCommand(), new UndoCommand(), new ClearCommand(), new SaveCommand(),
        new LoadCommand(), new SetCommand(), new StatsCommand(), new ByeCommand(),
    ];

    /// <summary>The command that a text is, and its argument; null if it is none.</summary>
    public static (IChatCommand Command, string Argument)? Find(string text)
    {
        var parts = text.Trim().Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries);
        var command = All.FirstOrDefault(c => c.Names.Contains(parts[0], StringComparer.OrdinalIgnoreCase));
        return command is null ? null : (command, parts.Length > 1 ? parts[1].Trim() : "");
    }

    /// <summary>Whether a text was probably meant as a command: /word, but not a path.</summary>
    public static bool LooksLikeCommand(string text)
    {
        var word = text.Trim().Split((char[]?)null, 2)[0];
        return word.Length > 1 && word[0] == '/' && word[1..].All(char.IsAsciiLetter);
    }
}
