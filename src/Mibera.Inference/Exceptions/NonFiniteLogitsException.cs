namespace Mibera.Inference;

/// <summary>The model computed no numbers: its weights, or a logits processor, hold NaN or infinity.</summary>
public sealed class NonFiniteLogitsException : MiberaException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was found.</param>
    /// <param name="file">The model file, if the error is about one.</param>
    public NonFiniteLogitsException(string message, string? file = null)
        : base(message, file)
    {
    }

    /// <summary>The first token whose logit is no number, or null if instead every token is forbidden.</summary>
    public int? TokenId { get; init; }
}
