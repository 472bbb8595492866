namespace Mibera.Inference;

/// <summary>One generated token, and the text that became complete with it.</summary>
/// <param name="Text">Text to show; empty while a character or a possible stop string is incomplete.</param>
/// <param name="TokenId">The token; -1 for text that was held back and is released at the end.</param>
/// <param name="LogProbability">Natural logarithm of the token's probability under the unmodified model.</param>
public readonly record struct GeneratedPiece(string Text, int TokenId, float LogProbability)
{
    /// <summary>The likeliest tokens of this position under the unmodified model, the likeliest first; as many as
    /// <see cref="GenerationOptions.TopLogProbabilities"/> asks for. The chosen one need not be among them.</summary>
    public IReadOnlyList<TokenLogProbability> TopLogProbabilities
    {
        get => field ?? [];
        init;
    }
}
