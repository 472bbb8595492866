namespace Mibera.Inference;

/// <summary>A well-formed file holds something that the engine cannot run: an architecture, a tensor type, a missing tensor.</summary>
public sealed class UnsupportedModelException : MiberaException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was found and what was expected, naming the file and the tensor or key.</param>
    /// <param name="file">The file that the error is about.</param>
    /// <param name="innerException">What caused it, if something else did.</param>
    public UnsupportedModelException(string message, string? file = null, Exception? innerException = null)
        : base(message, file, innerException)
    {
    }
}
