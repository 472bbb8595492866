using System.CommandLine;
using System.Globalization;
using System.Text;
using Mibera.Inference;
using Mibera.Inference.Gguf;

namespace Mibera.Run;

/// <summary><c>--tokenize</c>: one token a line. Needs a vocabulary only, no weights.</summary>
internal static class TokenizeCommand
{
    // Lines are written together in pieces of about this many characters.
    private const int Piece = 1 << 15;

    public static async Task RunAsync(ParseResult options, Status status, CancellationToken cancellationToken)
    {
        using var prompt = Prompt.Open(options);
        if (!prompt.IsGiven)
            throw new UsageException("--tokenize needs a text: give it with -p or -f");
        var tokenizer = ReadTokenizer(ModelLoader.Path(options), status);
        var text = prompt.Read(Prompt.MaxBytes);
        var parseSpecial = !options.GetValue(CommandLine.NoParseSpecial);
        var ids = prompt.Ids ?? await Task.Run(() => tokenizer.EncodeUtf8(text, addBos: false, parseSpecial), cancellationToken).WaitAsync(cancellationToken);
        if (ids.DefaultIfEmpty().Max() >= tokenizer.VocabularySize)
            throw new UsageException($"--tokens: {ids.Max()} is not in the vocabulary of {tokenizer.VocabularySize} tokens");
        Write(ids, tokenizer, cancellationToken);
    }

    private static Tokenizer ReadTokenizer(string path, Status status)
    {
        using var file = GgufFile.Open(path, mapped: false);
        return Tokenizer.FromGguf(file.Metadata, status.Note);
    }

    private static void Write(int[] ids, Tokenizer tokenizer, CancellationToken cancellationToken)
    {
        var lines = new StringBuilder();
        foreach (var id in ids)
        {
            lines.Append(CultureInfo.InvariantCulture, $"{id}\t{tokenizer.EscapeToken(id)}\n");
            if (lines.Length < Piece)
                continue;
            cancellationToken.ThrowIfCancellationRequested();
            Console.Out.Write(lines);
            lines.Clear();
        }
        Console.Out.Write(lines);
    }
}
