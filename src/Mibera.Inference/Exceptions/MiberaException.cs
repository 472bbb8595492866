namespace Mibera.Inference;

/// <summary>Base of every error that the library reports about its inputs, its limits and its environment.</summary>
/// <remarks>Wrong use of the API itself throws the framework's own <see cref="ArgumentException"/> and its kin.</remarks>
public abstract class MiberaException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was found and what was expected, in words that stand alone: it should name the file.</param>
    /// <param name="file">The file that the error is about, if it is about one.</param>
    /// <param name="innerException">What caused it, if something else did.</param>
    protected MiberaException(string message, string? file = null, Exception? innerException = null)
        : base(message, innerException) => File = file;

    /// <summary>Path of the file that the error is about, or null.</summary>
    public string? File { get; }
}
