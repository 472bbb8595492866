using System.Buffers;
using System.Globalization;
using System.Text;

namespace Mibera.Inference.Tokenization;

/// <summary>Texts of tokens for people to read.</summary>
internal static class TokenText
{
    /// <summary>
    /// One line of printable text: <c>\n</c>, <c>\r</c>, <c>\t</c> and <c>\\</c>; other control characters and bytes that are no
    /// UTF-8 as <c>\xHH</c>. Nothing is lost: undoing the escapes gives the bytes again.
    /// </summary>
    public static string Escape(ReadOnlySpan<byte> utf8)
    {
        var text = new StringBuilder(utf8.Length);
        while (!utf8.IsEmpty)
        {
            var valid = Rune.DecodeFromUtf8(utf8, out var rune, out var length) == OperationStatus.Done;
            if (valid && !Rune.IsControl(rune) && rune.Value != '\\') text.Append(rune);
            else AppendEscaped(text, utf8[..length]);
            utf8 = utf8[length..];
        }

        return text.ToString();
    }

    private static void AppendEscaped(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
            _ = b switch
            {
                (byte)'\n' => text.Append("\\n"),
                (byte)'\r' => text.Append("\\r"),
                (byte)'\t' => text.Append("\\t"),
                (byte)'\\' => text.Append("\\\\"),
                _ => text.Append(CultureInfo.InvariantCulture, $"\\x{b:X2}"),
            };
    }
}
