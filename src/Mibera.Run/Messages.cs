using System.Globalization;
using System.Text;

namespace Mibera.Run;

/// <summary>What goes to stderr. It never fails: a closed stderr must not end the work.</summary>
internal static class Messages
{
    /// <summary>One line, whatever names and texts of foreign files are in it.</summary>
    public static void Line(string text) => Text(OneLine(text) + "\n");

    /// <summary>Text as it stands.</summary>
    public static void Text(string text)
    {
        try
        {
            Console.Error.Write(text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
        }
    }

    /// <summary>Control characters as \xHH: a terminal would obey them.</summary>
    internal static string OneLine(string text)
    {
        if (!text.Any(char.IsControl))
            return text;
        var result = new StringBuilder(text.Length);
        foreach (var character in text)
            _ = char.IsControl(character) ? result.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:X2}") : result.Append(character);
        return result.ToString();
    }
}
