namespace Mibera.Run.Terminal;

/// <summary>The keys of the console.</summary>
internal sealed class ConsoleKeys : IKeys
{
    public bool IsKeyAvailable => Console.KeyAvailable;

    public ConsoleKeyInfo? Read()
    {
        try
        {
            return Console.ReadKey(intercept: true);
        }
        catch (InvalidOperationException)
        {
            // The terminal is gone.
            return null;
        }
    }
}
