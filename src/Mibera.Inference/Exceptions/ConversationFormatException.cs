namespace Mibera.Inference;

/// <summary>JSON that is no conversation: not a list of messages, or a message without a role.</summary>
public sealed class ConversationFormatException : MiberaException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was found and what was expected.</param>
    /// <param name="innerException">What caused it, if something else did.</param>
    public ConversationFormatException(string message, Exception? innerException = null)
        : base(message, null, innerException)
    {
    }
}
