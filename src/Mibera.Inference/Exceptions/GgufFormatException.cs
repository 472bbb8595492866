namespace Mibera.Inference;

/// <summary>A file is not the GGUF that it claims to be: its structure, a key or a tensor entry is wrong.</summary>
public sealed class GgufFormatException : MiberaException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was found and what was expected, naming file, key or tensor.</param>
    /// <param name="file">The file that the error is about.</param>
    /// <param name="innerException">What caused it, if something else did.</param>
    public GgufFormatException(string message, string? file = null, Exception? innerException = null)
        : base(message, file, innerException)
    {
    }

    /// <summary>The metadata key at fault, or null.</summary>
    public string? Key { get; init; }

    /// <summary>The tensor at fault, or null.</summary>
    public string? Tensor { get; init; }

    /// <summary>Byte offset in the file at which the fault was seen, or null.</summary>
    public long? Offset { get; init; }
}
