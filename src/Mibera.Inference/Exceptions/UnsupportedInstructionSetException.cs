namespace Mibera.Inference;

/// <summary>The instruction set that the environment asks for is unknown, or this machine does not have it.</summary>
public sealed class UnsupportedInstructionSetException : MiberaException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">The value found and the values that would do.</param>
    public UnsupportedInstructionSetException(string message)
        : base(message)
    {
    }
}
