using System.Globalization;
using System.Text;

namespace Mibera.Inference.Chat.Templates.Syntax;

/// <summary>The escapes of Python's string literals; one that Python does not know stays as it is, its backslash included.</summary>
internal static class StringEscapes
{
    /// <summary>The value of the literal between two offsets of the source (its quotes excluded).</summary>
    public static string Resolve(TemplateSource source, int start, int end)
    {
        var literal = source.Text.AsSpan(start, end - start);
        if (!literal.Contains('\\')) return literal.ToString();
        var result = new StringBuilder(literal.Length);
        for (int i = 0; i < literal.Length;)
        {
            if (literal[i] != '\\')
            {
                result.Append(literal[i++]);
                continue;
            }

            // A literal never ends in a lone backslash: it would have escaped the quote.
            i += 2 + Append(result, literal[i + 1], literal[(i + 2)..], source, start + i);
        }

        return result.ToString();
    }

    /// <summary>Appends what the escape means and returns how many characters after the letter belong to it.</summary>
    private static int Append(StringBuilder result, char letter, ReadOnlySpan<char> rest, TemplateSource source, int at)
    {
        if (SimpleEscape(letter) is { } simple)
        {
            result.Append(simple);
            return 0;
        }

        switch (letter)
        {
            case '\n': return 0;
            case 'x': return AppendHex(result, rest, 2, source, at);
            case 'u': return AppendHex(result, rest, 4, source, at);
            case 'U': return AppendHex(result, rest, 8, source, at);
            case >= '0' and <= '7': return AppendOctal(result, letter, rest);
            default:
                result.Append('\\').Append(letter);
                return 0;
        }
    }

    private static char? SimpleEscape(char letter) => letter switch
    {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '\\' or '\'' or '"' => letter,
        'a' => '\a',
        'b' => '\b',
        'f' => '\f',
        'v' => '\v',
        _ => null,
    };

    private static int AppendHex(StringBuilder result, ReadOnlySpan<char> rest, int digits, TemplateSource source, int at)
    {
        if (rest.Length < digits || !uint.TryParse(rest[..digits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint code)
            || code > 0x10FFFF)
            throw source.Error(at, $"the escape needs {digits} hexadecimal digits of a Unicode character");
        if (code < 0x10000) result.Append((char)code);
        else result.Append(char.ConvertFromUtf32((int)code));
        return digits;
    }

    private static int AppendOctal(StringBuilder result, char first, ReadOnlySpan<char> rest)
    {
        int value = first - '0', used = 0;
        while (used < 2 && used < rest.Length && rest[used] is >= '0' and <= '7') value = (value * 8) + (rest[used++] - '0');
        result.Append((char)value);
        return used;
    }
}
