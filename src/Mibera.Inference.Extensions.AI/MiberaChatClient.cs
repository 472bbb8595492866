using System.Runtime.CompilerServices;
using Mibera.Inference.Chat;
using Mibera.Inference.Extensions.AI.Tools;
using Microsoft.Extensions.AI;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;
using ChatOptions = Microsoft.Extensions.AI.ChatOptions;

namespace Mibera.Inference.Extensions.AI;

/// <summary>
/// A model as <see cref="IChatClient"/>. Stateless as seen from outside: every call brings the whole conversation, and what the KV
/// cache holds of it already is not read again. Calls may come from any thread.
/// </summary>
public sealed class MiberaChatClient : IChatClient
{
    private readonly LanguageModel _model;
    private readonly Chat.ChatOptions _defaults;
    private readonly ConversationPool _conversations;
    private readonly ToolCallSyntax? _syntax;
    private readonly ChatClientMetadata _metadata;

    /// <param name="model">The model; it stays the caller's to dispose, after the client.</param>
    /// <param name="options">Template, context, overflow policy, and sampling where a call does not say otherwise; null: the
    /// defaults.</param>
    /// <param name="conversations">How many calls are answered at once, each with a KV cache of its own; further calls wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">Less than one conversation.</exception>
    public MiberaChatClient(LanguageModel model, Chat.ChatOptions? options = null, int conversations = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(conversations, 1);
        (_model, _defaults) = (model, options ?? new Chat.ChatOptions());
        _conversations = new ConversationPool(model, _defaults, conversations);
        _syntax = ToolCallSyntax.Of(model.Tokenizer);
        _metadata = new ChatClientMetadata("mibera", defaultModelId: Path.GetFileNameWithoutExtension(model.FilePath));
    }

    /// <summary>The answer to a conversation.</summary>
    /// <inheritdoc cref="GetStreamingResponseAsync"/>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <summary>
    /// The answer to a conversation as it comes; the last update has the usage, the reason why it ended, and the
    /// <see cref="ChatStatistics"/> as raw representation.
    /// </summary>
    /// <param name="messages">The whole conversation.</param>
    /// <param name="options">Sampling, stopping, tools; null: the defaults. A <see cref="GenerationOptions"/> made by its
    /// <see cref="ChatOptions.RawRepresentationFactory"/> takes the place of the client's.</param>
    /// <param name="cancellationToken">Ends the answer.</param>
    /// <exception cref="NotSupportedException">The options or messages ask for what no local model, or not this one, can do: a
    /// response format, a conversation id, tools that the template does not take, content other than text.</exception>
    /// <exception cref="ContextFullException">The conversation does not fit into the context, or leaves no room for an answer.</exception>
    /// <exception cref="ChatTemplateException">The template fails or refuses the messages.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var tools = ToolDescriptions.Of(options);
        var generation = RequestOptions.Read(this, options, _defaults.Generation);
        var conversation = await _conversations.TakeAsync(tools, MessageConverter.Convert(messages, options?.Instructions, _syntax), cancellationToken)
            .ConfigureAwait(false);
        try
        {
            var answer = new AnswerReader(_metadata.DefaultModelId, tools is null ? null : _syntax);
            // The tokens around a tool call are special ones.
            generation = answer.SeesToolCalls ? generation with { ShowSpecial = true } : generation;
            await foreach (var piece in conversation.Session.AnswerAsync(generation, cancellationToken).ConfigureAwait(false))
            {
                if (answer.Next(piece.Text) is { } update)
                    yield return update;
            }
            yield return answer.Last(conversation.Session.LastAnswer);
        }
        finally
        {
            _conversations.GiveBack(conversation);
        }
    }

    /// <summary>The client itself, its <see cref="ChatClientMetadata"/>, or its <see cref="LanguageModel"/>.</summary>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
            return null;
        if (serviceType == typeof(ChatClientMetadata))
            return _metadata;
        if (serviceType == typeof(LanguageModel))
            return _model;
        return serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Frees the KV caches; of calls that still run, when they end. The model stays.</summary>
    public void Dispose() => _conversations.Dispose();
}
