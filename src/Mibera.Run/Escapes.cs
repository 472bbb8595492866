using System.Globalization;
using System.Text;

namespace Mibera.Run;

/// <summary>\n, \r, \t, \", \', \\ and \xHH (a byte) in arguments, as llama-cli understands them; another backslash stays.</summary>
internal static class Escapes
{
    /// <summary>The bytes that are meant.</summary>
    public static byte[] Undo(string text)
    {
        var source = Encoding.UTF8.GetBytes(text).AsSpan();
        var result = new byte[source.Length];
        var written = 0;
        while (!source.IsEmpty)
        {
            var (value, length) = source[0] == '\\' ? Escape(source) : (source[0], 1);
            result[written++] = value;
            source = source[length..];
        }
        return result[..written];
    }

    private static (byte Value, int Length) Escape(ReadOnlySpan<byte> source)
    {
        if (source.Length >= 4 && source[1] == 'x' && byte.TryParse(source.Slice(2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            return (code, 4);
        var index = source.Length > 1 ? "nrt\"'\\"u8.IndexOf(source[1]) : -1;
        return index >= 0 ? ("\n\r\t\"'\\"u8[index], 2) : (source[0], 1);
    }
}
