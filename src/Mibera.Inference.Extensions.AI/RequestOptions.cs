using Microsoft.Extensions.AI;
using ChatOptions = Microsoft.Extensions.AI.ChatOptions;

namespace Mibera.Inference.Extensions.AI;

/// <summary>What a call's options mean here. What cannot be honoured is refused; mere hints (parallel tool calls, reasoning effort,
/// the model's id) are not looked at.</summary>
internal static class RequestOptions
{
    /// <exception cref="NotSupportedException">An option asks for what there is not.</exception>
    public static GenerationOptions Read(IChatClient client, ChatOptions? options, GenerationOptions defaults)
    {
        if (options is null)
            return defaults;
        Refuse(options);
        var basis = options.RawRepresentationFactory?.Invoke(client) switch
        {
            null => defaults,
            GenerationOptions own => own,
            var other => throw new NotSupportedException(
                $"ChatOptions.RawRepresentationFactory made a {other.GetType()}, expected {typeof(GenerationOptions)} or null."),
        };
        return basis with
        {
            Temperature = options.Temperature ?? basis.Temperature,
            TopK = options.TopK ?? basis.TopK,
            TopP = options.TopP ?? basis.TopP,
            FrequencyPenalty = options.FrequencyPenalty ?? basis.FrequencyPenalty,
            PresencePenalty = options.PresencePenalty ?? basis.PresencePenalty,
            Seed = options.Seed is { } seed ? unchecked((ulong)seed) : basis.Seed,
            MaxTokens = options.MaxOutputTokens ?? basis.MaxTokens,
            StopStrings = options.StopSequences is { Count: > 0 } stop ? [.. basis.StopStrings, .. stop] : basis.StopStrings,
        };
    }

    private static void Refuse(ChatOptions options)
    {
        if (options.ResponseFormat is not (null or ChatResponseFormatText))
        {
            throw new NotSupportedException(
                $"ChatOptions.ResponseFormat is {options.ResponseFormat.GetType().Name}, only text is supported: nothing would hold the model to another format. "
                + "Ask for it in the prompt.");
        }
        if (options.ConversationId is not null)
            throw new NotSupportedException("ChatOptions.ConversationId is set, but the client keeps no conversations: hand over all messages with every call.");
        if (options.ToolMode is RequiredChatToolMode)
            throw new NotSupportedException("ChatOptions.ToolMode requires a tool call, which a model cannot be held to: expected Auto or None.");
    }
}
