using System.CommandLine;
using System.Runtime.InteropServices;

namespace Mibera.Run;

/// <summary><c>--logits FILE</c>: raw little-endian float32 [positions, vocabulary] of the prompt, for comparisons.</summary>
internal static class LogitsCommand
{
    public static async Task<int> RunAsync(ParseResult options, CancellationToken cancellationToken)
    {
        var status = new Status(options.GetValue(CommandLine.Verbose));
        var ids = PromptSource.Ids(options);
        if (!PromptSource.IsGiven(options))
            throw new UsageException("--logits needs a prompt: give it with -p, -f or --tokens");
        var text = PromptSource.Text(options);
        using var model = await ModelLoader.LoadAsync(options, status, contextLength: null, cancellationToken);
        ids ??= model.Tokenizer.Encode(text, addBos: true, parseSpecial: true);
        if (ids.Any(id => id >= model.VocabularySize))
            throw new UsageException($"--tokens: {ids.Max()} is not in the vocabulary of {model.VocabularySize} tokens");
        using var session = model.CreateSession();
        if (ids.Length > session.ContextLength)
            throw new UsageException($"the prompt has {ids.Length} tokens, the context only {session.ContextLength}: give a larger one with -c");
        using var file = File.Create(options.GetValue(CommandLine.Logits)!);
        await Task.Run(() => session.Evaluate(ids, (_, logits) => Write(file, logits), cancellationToken), cancellationToken);
        status.Timings(session.Statistics, model.Streaming);
        return ExitCode.Success;
    }

    private static void Write(Stream file, ReadOnlySpan<float> logits)
    {
        if (BitConverter.IsLittleEndian)
        {
            file.Write(MemoryMarshal.AsBytes(logits));
            return;
        }
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        foreach (var logit in logits)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(bytes, logit);
            file.Write(bytes);
        }
    }
}
