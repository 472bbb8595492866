using System.CommandLine;
using System.Globalization;
using System.Text;
using Mibera.Inference;

namespace Mibera.Run;

/// <summary>
/// The prompt of <c>-p</c>, <c>-f</c> or <c>--tokens</c>. A file is opened at once, so that a wrong name is found before a
/// model is loaded, but read only when it is known how much of it can be of use.
/// </summary>
internal sealed class Prompt : IDisposable
{
    /// <summary>Bytes of text that are read at most: what fits a string, with room for its tokens.</summary>
    public const long MaxBytes = 512L << 20;

    private readonly FileStream? _file;
    private readonly byte[] _text;

    private Prompt(FileStream? file, byte[] text, int[]? ids, bool isGiven) => (_file, _text, Ids, IsGiven) = (file, text, ids, isGiven);

    /// <summary>Whether the user gave a prompt of any kind.</summary>
    public bool IsGiven { get; }

    /// <summary>The ids of <c>--tokens</c>, or null.</summary>
    public int[]? Ids { get; }

    public static Prompt Open(ParseResult options)
    {
        if (options.GetValue(CommandLine.Tokens) is { } list)
            return new Prompt(null, [], ParseIds(list), isGiven: true);
        if (options.GetValue(CommandLine.File) is { } path)
            return new Prompt(OpenFile(path), [], null, isGiven: true);
        if (options.GetValue(CommandLine.Prompt) is not { } text)
            return new Prompt(null, [], null, isGiven: false);
        return new Prompt(null, options.GetValue(CommandLine.NoEscape) ? Encoding.UTF8.GetBytes(text) : Escapes.Undo(text), null, isGiven: true);
    }

    /// <summary>As <see cref="Open"/>; where no option gives a prompt, what is piped into stdin is one.</summary>
    public static async Task<Prompt> OpenAsync(ParseResult options, CancellationToken cancellationToken)
    {
        var prompt = Open(options);
        if (prompt.IsGiven || !Console.IsInputRedirected)
            return prompt;
        // The read of a pipe cannot be cancelled, so it is left behind.
        var piped = await Task.Run(ReadInput, CancellationToken.None).WaitAsync(cancellationToken);
        return piped.Length == 0 ? prompt : new Prompt(null, piped, null, isGiven: true);
    }

    /// <summary>The text of one turn of <paramref name="model"/>'s chat: without the newlines at its end, which a shell adds.</summary>
    /// <exception cref="UsageException">It is empty, too long for the context, or UTF-16.</exception>
    public string ReadTurn(LanguageModel model)
    {
        var text = Encoding.UTF8.GetString(Read(Limit(model))).TrimEnd('\r', '\n');
        return text.Length > 0 ? text : throw new UsageException("the prompt is empty: there is nothing to answer");
    }

    /// <summary>The text in UTF-8, or whatever bytes the file has: as they are.</summary>
    /// <exception cref="UsageException">There are more bytes than <paramref name="limit"/>, or the text is UTF-16.</exception>
    public byte[] Read(long limit)
    {
        var bytes = _file is null ? _text : ReadFile(_file, limit);
        if (bytes.Length > limit)
            throw TooLong($"{bytes.Length}", limit);
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
            throw new UsageException($"{_file?.Name ?? "-p"} is UTF-16 text; save it as UTF-8");
        return bytes;
    }

    /// <summary>The prompt's tokens for <paramref name="model"/>, BOS included where it adds one, and its text.</summary>
    /// <exception cref="UsageException">The context has not so many positions, or an id is none.</exception>
    public async Task<(int[] Ids, byte[] Text)> TokenizeAsync(LanguageModel model, CancellationToken cancellationToken)
    {
        var contextLength = model.ContextLength;
        var text = Ids is null ? Read(Limit(model)) : [];
        var ids = Ids ?? await Task.Run(() => model.Tokenizer.EncodeUtf8(text, addBos: true, parseSpecial: true), cancellationToken).WaitAsync(cancellationToken);
        if (ids.Length > contextLength)
            throw new UsageException($"the prompt has {ids.Length} tokens, the context only {contextLength}: give a larger one with -c");
        var largest = ids.DefaultIfEmpty().Max();
        return largest < model.VocabularySize
            ? (ids, text)
            : throw new UsageException($"--tokens: {largest} is not in the vocabulary of {model.VocabularySize} tokens");
    }

    public void Dispose() => _file?.Dispose();

    /// <summary>No token has more text than the longest one: a larger file need not be read to know that it is too long.</summary>
    private static long Limit(LanguageModel model) => Math.Min(MaxBytes, (long)model.ContextLength * LongestToken(model.Tokenizer));

    private static byte[] ReadInput()
    {
        using var input = Console.OpenStandardInput();
        return ReadAll(input, MaxBytes) ?? throw TooLong("stdin", MaxBytes);
    }

    private static int[] ParseIds(string list)
    {
        var parts = list.Split(',', StringSplitOptions.TrimEntries);
        var ids = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out ids[i]))
                throw new UsageException($"--tokens: '{parts[i]}' is no token id; expected numbers with commas between them");
        }
        return ids;
    }

    private static FileStream OpenFile(string path)
    {
        if (path.Length == 0)
            throw new UsageException("-f needs the name of a file");
        if (Directory.Exists(path))
            throw new IOException($"{path}: this is a directory; a text file was expected");
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
    }

    private static byte[] ReadFile(FileStream file, long limit)
    {
        if (file.CanSeek && file.Length > limit)
            throw TooLong($"{file.Name} has {file.Length} bytes, which", limit);
        return ReadAll(file, limit) ?? throw TooLong($"{file.Name}", limit);
    }

    /// <summary>All bytes of a file or pipe; null if there are more than <paramref name="limit"/>.</summary>
    private static byte[]? ReadAll(Stream source, long limit)
    {
        // A pipe's length shows only by its end; one byte more than the limit is enough to see that there is too much.
        using var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (bytes.Length <= limit && source.Read(buffer) is > 0 and var count)
            bytes.Write(buffer, 0, count);
        return bytes.Length <= limit ? bytes.ToArray() : null;
    }

    private static UsageException TooLong(string what, long limit) =>
        new($"{what} is too long a prompt: no more than {limit} bytes of text fit; -c gives a larger context");

    private static int LongestToken(Tokenizer tokenizer)
    {
        var longest = 1;
        for (var id = 0; id < tokenizer.VocabularySize; id++)
            longest = Math.Max(longest, tokenizer.GetBytes(id).Length);
        return longest;
    }
}
