using System.Text;

namespace Mibera.Run;

/// <summary>UTF-8 on stdout and stderr of every system, without a byte order mark.</summary>
internal static class ConsoleStreams
{
    public static void UseUtf8()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        if (OperatingSystem.IsWindows() && !(Console.IsOutputRedirected && Console.IsErrorRedirected))
            Console.OutputEncoding = utf8;
        Console.SetOut(new StreamWriter(new OutputStream(), utf8) { AutoFlush = true });
        Console.SetError(new StreamWriter(Console.OpenStandardError(), utf8) { AutoFlush = true });
    }
}
