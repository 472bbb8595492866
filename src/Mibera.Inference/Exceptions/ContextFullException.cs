namespace Mibera.Inference;

/// <summary>More tokens than the session's context has positions.</summary>
public sealed class ContextFullException : MiberaException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">How many positions there are, how many are used, how many were wanted.</param>
    public ContextFullException(string message)
        : base(message)
    {
    }
}
