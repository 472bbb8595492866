using Mibera.Inference;

namespace Mibera.Run;

/// <summary>
/// The file of <c>--prompt-cache</c>: what an earlier run left in the KV cache. A file that does not fit this model, its options or
/// this version is said to be of no use and written anew.
/// </summary>
/// <param name="path">The file; null: no cache.</param>
/// <param name="status">Told what cannot be used.</param>
internal sealed class PromptCache(string? path, Status status)
{
    /// <summary>Loads the file if there is one.</summary>
    public void Load(Action<string> load)
    {
        if (path is null || !File.Exists(path))
            return;
        try
        {
            load(path);
        }
        catch (SessionStateException e)
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
