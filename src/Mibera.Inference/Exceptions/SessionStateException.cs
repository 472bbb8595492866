namespace Mibera.Inference;

/// <summary>A saved session cannot be continued: it is damaged, of another version, model or KV cache type.</summary>
public sealed class SessionStateException : MiberaException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was found and what was expected.</param>
    /// <param name="file">The file, if it is one.</param>
    /// <param name="innerException">What caused it, if something else did.</param>
    public SessionStateException(string message, string? file = null, Exception? innerException = null)
        : base(message, file, innerException)
    {
    }
}
