namespace Mibera.Inference;

/// <summary>
/// A file could not be read or written: missing, a directory, not permitted, or shortened by someone while it was in use.
/// </summary>
public sealed class ModelIOException : MiberaException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was tried and what happened, naming the file.</param>
    /// <param name="file">The file that the error is about.</param>
    /// <param name="innerException">The operating system's own error, if there is one.</param>
    public ModelIOException(string message, string? file = null, Exception? innerException = null)
        : base(message, file, innerException)
    {
    }
}
