using Mibera.Inference.Models;

namespace Mibera.Inference;

/// <summary>Turns texts into vectors, one after the other in one session.</summary>
internal static class Embedder
{
    public static TextEmbedding[] Embed(LanguageModel model, IReadOnlyList<int[]> texts, EmbeddingOptions options, CancellationToken cancellationToken)
    {
        var longest = texts.Max(ids => ids.Length);
        if (longest > model.ContextLength)
        {
            throw new ContextFullException(
                $"{model.FilePath}: a text has {longest} tokens, the context only {model.ContextLength}: cut the text, or load the model with a larger context.");
        }
        using var session = model.CreateSession(longest);
        var results = new TextEmbedding[texts.Count];
        for (var i = 0; i < results.Length; i++)
        {
            session.Truncate(0);
            var pool = new HiddenStatePool(model.EmbeddingLength, options.Pooling);
            session.EvaluateHidden(texts[i], pool.Add, cancellationToken);
            var vector = pool.ToVector(options.Normalize) ?? throw new NonFiniteLogitsException(
                $"{model.FilePath}: the hidden states of text {i} are not finite: the weights are corrupt or do not fit the model", model.FilePath);
            results[i] = new TextEmbedding(vector, texts[i].Length);
        }
        return results;
    }

    public static int[] Encode(LanguageModel model, string text, EmbeddingOptions options, string parameter)
    {
        ArgumentNullException.ThrowIfNull(text, parameter);
        var ids = model.Tokenizer.Encode(text, options.AddBos);
        return ids.Length > 0 ? ids : throw new ArgumentException("A text is empty, and the model adds no BOS token: there is nothing to embed.", parameter);
    }
}
