namespace Mibera.Inference;

/// <content>Saving and loading.</content>
public sealed partial class InferenceSession
{
    /// <summary>Writes the session: its tokens, keys and values, and the logits of the last position.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public void SaveState(Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        Enter();
        try
        {
            UseMemory(destination, (target, stop) => _sequence.Save(target, _model.Fingerprint, stop), cancellationToken);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>
    /// Continues a saved session in this one: the same bits follow as there. This one may have a context of another length, if the
    /// tokens fit. After an error the session is empty.
    /// </summary>
    /// <param name="source">What <see cref="SaveState(Stream, CancellationToken)"/> wrote; it may come from anywhere, every figure in it is checked.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="SessionStateException">It is damaged, of another version, another model or another KV cache type.</exception>
    /// <exception cref="ContextFullException">It has more tokens than this session has positions.</exception>
    public void LoadState(Stream source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        Enter();
        try
        {
            UseMemory(source, (from, stop) => _sequence.Load(from, _model.Fingerprint, stop), cancellationToken);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Writes the session to a file. One that is there is replaced once the new one is complete.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <exception cref="ModelIOException">The file cannot be written.</exception>
    public void SaveState(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var temporary = $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileBuffer))
                SaveState(file, cancellationToken);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e)
        {
            DeleteQuietly(temporary);
            if (e is not (IOException or UnauthorizedAccessException))
                throw;
            throw new ModelIOException($"{path}: the session cannot be saved: {e.Message}", path, e);
        }
    }

    /// <summary>Continues a session that was saved to a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ModelIOException">The file cannot be read.</exception>
    /// <inheritdoc cref="LoadState(Stream, CancellationToken)"/>
    public void LoadState(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileBuffer);
            LoadState(file, cancellationToken);
        }
        catch (SessionStateException e)
        {
            throw new SessionStateException($"{path}: {e.Message}", path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelIOException($"{path}: the saved session cannot be read: {e.Message}", path, e);
        }
    }

    private const int FileBuffer = 1 << 17;

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The error that led here says more.
        }
    }
}
