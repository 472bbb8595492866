using System.CommandLine;
using System.Globalization;
using System.Text;

namespace Mibera.Run;

/// <summary>Where the prompt comes from: <c>-p</c>, <c>-f</c>, <c>--tokens</c>, or a pipe.</summary>
internal static class PromptSource
{
    // A prompt of more text than any context holds is a mistake; the limit keeps it from filling the memory.
    private const long MaxFileBytes = 1L << 30;

    /// <summary>The prompt's text; empty where nothing gives one.</summary>
    public static string Text(ParseResult options)
    {
        if (options.GetValue(CommandLine.File) is { } path)
            return ReadFile(path);
        if (options.GetValue(CommandLine.Prompt) is { } text)
            return options.GetValue(CommandLine.NoEscape) ? text : Unescape(text);
        return "";
    }

    /// <summary>Whether the user gave a prompt of any kind.</summary>
    public static bool IsGiven(ParseResult options) =>
        options.GetValue(CommandLine.File) is not null || options.GetValue(CommandLine.Prompt) is not null || options.GetValue(CommandLine.Tokens) is not null;

    /// <summary>The ids of <c>--tokens</c>, or null.</summary>
    public static int[]? Ids(ParseResult options)
    {
        if (options.GetValue(CommandLine.Tokens) is not { } list)
            return null;
        var parts = list.Split(',', StringSplitOptions.TrimEntries);
        var ids = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out ids[i]))
                throw new UsageException($"--tokens: '{parts[i]}' is no token id; expected numbers with commas between them");
        }
        return ids;
    }

    private static string ReadFile(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        if (stream.CanSeek && stream.Length > MaxFileBytes)
            throw new UsageException($"{path} has {stream.Length} bytes; a prompt may have {MaxFileBytes}");
        using var reader = new StreamReader(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return reader.ReadToEnd();
    }

    /// <summary>\n, \r, \t, \", \', \\ and \xHH as llama-cli understands them; another backslash stays.</summary>
    internal static string Unescape(string text)
    {
        if (!text.Contains('\\'))
            return text;
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var next = text[i] == '\\' && i + 1 < text.Length ? text[i + 1] : '\0';
            if (next == 'x' && i + 3 < text.Length && byte.TryParse(text.AsSpan(i + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                result.Append((char)code);
                i += 3;
                continue;
            }
            var index = "nrt\"'\\".IndexOf(next, StringComparison.Ordinal);
            result.Append(index < 0 ? text[i] : "\n\r\t\"'\\"[index]);
            i += index < 0 ? 0 : 1;
        }
        return result.ToString();
    }
}
