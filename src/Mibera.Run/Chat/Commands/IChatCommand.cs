namespace Mibera.Run.Chat.Commands;

/// <summary>A command of the dialogue: a word that begins with a slash.</summary>
internal interface IChatCommand
{
    /// <summary>Its names, the first the one that help shows.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>What it takes and does, in a few words.</summary>
    (string Arguments, string Purpose) Help { get; }

    /// <summary>Does it.</summary>
    /// <param name="dialogue">Whose command it is.</param>
    /// <param name="argument">What the user wrote behind it.</param>
    Task RunAsync(ChatDialogue dialogue, string argument);
}
