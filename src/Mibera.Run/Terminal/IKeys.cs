namespace Mibera.Run.Terminal;

/// <summary>Where keys come from: the console, or a test.</summary>
internal interface IKeys
{
    /// <summary>Whether a key has been pressed already.</summary>
    bool IsKeyAvailable { get; }

    /// <summary>The next key; waits for it. Null: there will be none.</summary>
    ConsoleKeyInfo? Read();
}
