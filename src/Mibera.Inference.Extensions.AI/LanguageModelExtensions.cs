using Mibera.Inference;
using Mibera.Inference.Extensions.AI;

namespace Microsoft.Extensions.AI;

/// <summary>Models of Mibera.Inference as clients of Microsoft.Extensions.AI.</summary>
public static class LanguageModelExtensions
{
    /// <summary>A chat client over the model, which stays the caller's to dispose, after the client.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Template, context, overflow policy, and sampling where a call does not say otherwise; null: the
    /// defaults.</param>
    /// <param name="conversations">How many calls are answered at once, each with a KV cache of its own, which later calls of
    /// the same conversation find again; further calls wait. The memory plan of a model counts one.</param>
    /// <exception cref="ArgumentOutOfRangeException">Less than one conversation.</exception>
    public static IChatClient AsIChatClient(
        this LanguageModel model, Mibera.Inference.Chat.ChatOptions? options = null, int conversations = 1) =>
        new MiberaChatClient(model, options, conversations);

    /// <summary>An embedding generator over the model, which stays the caller's to dispose, after the generator.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Pooling and length where a call does not say otherwise; null: the mean, of length 1.</param>
    /// <remarks>Language models are not trained for this; models made for retrieval compare texts better.</remarks>
    public static IEmbeddingGenerator<string, Embedding<float>> AsIEmbeddingGenerator(this LanguageModel model, EmbeddingOptions? options = null) =>
        new MiberaEmbeddingGenerator(model, options);
}
