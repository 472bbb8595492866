namespace Mibera.Inference;

/// <summary>The work asked for does not fit the memory that is available or allowed.</summary>
public sealed class MemoryBudgetException : MiberaException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was needed, what was there, and which option would make it fit.</param>
    /// <param name="file">The model file, if the error is about one.</param>
    /// <param name="innerException">What caused it, if something else did.</param>
    public MemoryBudgetException(string message, string? file = null, Exception? innerException = null)
        : base(message, file, innerException)
    {
    }
}
