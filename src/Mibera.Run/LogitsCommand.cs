using System.CommandLine;
using System.Runtime.InteropServices;

namespace Mibera.Run;

/// <summary><c>--logits FILE</c>: raw little-endian float32 [positions, vocabulary] of the prompt, for comparisons.</summary>
internal static class LogitsCommand
{
    public static async Task RunAsync(ParseResult options, Status status, CancellationToken cancellationToken)
    {
        using var prompt = Prompt.Open(options);
        if (!prompt.IsGiven)
            throw new UsageException("--logits needs a prompt: give it with -p, -f or --tokens");
        // Opened before the model is loaded, emptied only when there is something to write.
        using var file = OpenFile(options.GetValue(CommandLine.Logits)!);
        using var model = await ModelLoader.LoadAsync(options, status, contextLength: null, cancellationToken);
        var (ids, _) = await prompt.TokenizeAsync(model, cancellationToken);
        if (ids.Length == 0)
            throw new UsageException("the prompt has no tokens");
        if (file.CanSeek && file.Length > 0)
            file.SetLength(0);
        using var session = model.CreateSession();
        status.Track(() => session.Statistics);
        status.Line($"computing {ids.Length} positions");
        await Task.Run(() => session.Evaluate(ids, (_, logits) => Write(file, logits), cancellationToken), cancellationToken);
        file.Flush();
    }

    private static FileStream OpenFile(string path)
    {
        if (path.Length == 0)
            throw new UsageException("--logits needs the name of a file");
        if (Directory.Exists(path))
            throw new IOException($"{path}: this is a directory; a file to write was expected");
        Overwriting.Check("--logits", path);
        return new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write);
    }

    private static void Write(FileStream file, ReadOnlySpan<float> logits)
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
