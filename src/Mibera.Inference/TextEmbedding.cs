namespace Mibera.Inference;

/// <summary>The vector of a text.</summary>
/// <param name="Vector">Floats [<see cref="LanguageModel.EmbeddingLength"/>].</param>
/// <param name="TokenCount">Tokens of the text, BOS included.</param>
public readonly record struct TextEmbedding(ReadOnlyMemory<float> Vector, int TokenCount);
