namespace Mibera.Inference;

/// <summary>A token, and how likely the model holds it.</summary>
/// <param name="TokenId">The token.</param>
/// <param name="LogProbability">Natural logarithm of its probability under the unmodified model.</param>
public readonly record struct TokenLogProbability(int TokenId, float LogProbability);
