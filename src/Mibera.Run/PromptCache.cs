using Mibera.Inference;

namespace Mibera.Run;

/// <summary>
/// The file of <c>--prompt-cache</c>: what an earlier run left in the KV cache. One that does not fit this model, its options or
/// this version is said to be of no use and written anew; a file of another kind, named by mistake perhaps, is left alone.
/// </summary>
/// <param name="path">The file; null: no cache.</param>
/// <param name="status">Told what cannot be used.</param>
internal sealed class PromptCache(string? path, Status status)
{
    private static ReadOnlySpan<byte> Magic => "MIBERAST"u8;

    /// <summary>Loads the file if there is one.</summary>
    /// <exception cref="UsageException">It is no saved session.</exception>
    public void Load(Action<string> load)
    {
        if (path is { Length: 0 })
            throw new UsageException("--prompt-cache needs the name of a file");
        if (path is null || !File.Exists(path))
            return;
        if (new FileInfo(path).Length > 0 && !Overwriting.BeginsWith(path, Magic))
            throw new UsageException($"--prompt-cache: {path} is no saved session, so it is not overwritten: delete it, or name another file");
        try
        {
            load(path);
        }
        catch (Exception e) when (e is SessionStateException or ContextFullException)
        {
            status.Note($"--prompt-cache: {e.Message.TrimEnd('.')}: the prompt is read again");
        }
    }

    /// <summary>Writes the file, unless it had the whole of a prompt already.</summary>
    /// <param name="save">Writes it.</param>
    /// <param name="tokensRead">Tokens of the prompt that were not in it.</param>
    public void Save(Action<string> save, long tokensRead)
    {
        // The last token of a prompt is always read, for its logits.
        if (path is null || (tokensRead <= 1 && File.Exists(path)))
            return;
        try
        {
            save(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ModelIOException)
        {
            status.Note($"--prompt-cache: {e.Message}");
        }
    }
}
