using System.CommandLine;
using System.Globalization;
using Mibera.Inference;
using Mibera.Inference.Gguf;

namespace Mibera.Run;

/// <summary><c>--tokenize</c>: one token a line. Needs a vocabulary only, no weights.</summary>
internal static class TokenizeCommand
{
    public static int Run(ParseResult options)
    {
        if (!PromptSource.IsGiven(options))
            throw new UsageException("--tokenize needs a text: give it with -p or -f");
        var status = new Status(options.GetValue(CommandLine.Verbose));
        using var file = GgufFile.Open(ModelLoader.Path(options));
        var tokenizer = Tokenizer.FromGguf(file.Metadata, status.Note);
        var ids = PromptSource.Ids(options) ?? tokenizer.Encode(PromptSource.Text(options), addBos: false, !options.GetValue(CommandLine.NoParseSpecial));
        using var output = new StreamWriter(Console.OpenStandardOutput());
        foreach (var id in ids)
        {
            if ((uint)id >= (uint)tokenizer.VocabularySize)
                throw new UsageException($"--tokens: {id} is not in the vocabulary of {tokenizer.VocabularySize} tokens");
            output.Write(id.ToString(CultureInfo.InvariantCulture));
            output.Write('\t');
            output.Write(tokenizer.EscapeToken(id));
            output.Write('\n');
        }
        return ExitCode.Success;
    }
}
