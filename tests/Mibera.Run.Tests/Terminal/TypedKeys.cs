using Mibera.Run.Terminal;

namespace Mibera.Run.Tests.Terminal;

/// <summary>Keys that a test types: characters, and control characters as a terminal's driver hands them out.</summary>
internal sealed class TypedKeys(params IEnumerable<object> keys) : IKeys
{
    private readonly Queue<ConsoleKeyInfo> _keys = new(keys.SelectMany(Keys));

    public bool IsKeyAvailable => _keys.Count > 0;

    public ConsoleKeyInfo? Read() => _keys.TryDequeue(out var key) ? key : null;

    public static ConsoleKeyInfo Control(ConsoleKey key) => new((char)(key - ConsoleKey.A + 1), key, false, false, true);

    private static IEnumerable<ConsoleKeyInfo> Keys(object keys) => keys switch
    {
        ConsoleKeyInfo key => [key],
        ConsoleKey key => [new ConsoleKeyInfo('\0', key, false, false, false)],
        _ => ((string)keys).Select(Key),
    };

    private static ConsoleKeyInfo Key(char c) => c switch
    {
        '\r' or '\n' => new ConsoleKeyInfo(c, ConsoleKey.Enter, false, false, false),
        '\e' => new ConsoleKeyInfo(c, ConsoleKey.Escape, false, false, false),
        _ => new ConsoleKeyInfo(c, ConsoleKey.None, false, false, false),
    };
}
