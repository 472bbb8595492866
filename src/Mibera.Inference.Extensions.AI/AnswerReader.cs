using Mibera.Inference.Chat;
using Mibera.Inference.Extensions.AI.Tools;
using Microsoft.Extensions.AI;

namespace Mibera.Inference.Extensions.AI;

/// <summary>Turns an answer's pieces into updates.</summary>
internal sealed class AnswerReader(string? modelId, ToolCallSyntax? syntax)
{
    private readonly string _id = Guid.NewGuid().ToString("N");
    private readonly DateTimeOffset _created = DateTimeOffset.UtcNow;
    private readonly ToolCallReader? _calls = syntax is null ? null : new ToolCallReader(syntax);

    /// <summary>Whether tool calls are looked for.</summary>
    public bool SeesToolCalls => _calls is not null;

    /// <summary>An update with the text that came, or null while there is none to show.</summary>
    public ChatResponseUpdate? Next(string text)
    {
        var shown = _calls is null ? text : _calls.Append(text);
        return shown.Length == 0 ? null : Update([new TextContent(shown)]);
    }

    /// <summary>The end: what was held back, tool calls, usage.</summary>
    public ChatResponseUpdate Last(ChatStatistics statistics)
    {
        var contents = new List<AIContent>();
        var calls = _calls?.Finish(_id, contents) ?? 0;
        contents.Add(new UsageContent(new UsageDetails
        {
            InputTokenCount = statistics.PromptTokens,
            CachedInputTokenCount = statistics.ReusedTokens,
            OutputTokenCount = statistics.GeneratedTokens,
            TotalTokenCount = statistics.PromptTokens + statistics.GeneratedTokens,
        }));
        var update = Update(contents);
        update.RawRepresentation = statistics;
        update.FinishReason = calls > 0 ? ChatFinishReason.ToolCalls : Reason(statistics.StopReason);
        return update;
    }

    private static ChatFinishReason Reason(StopReason reason) =>
        reason is StopReason.MaxTokens or StopReason.ContextFull ? ChatFinishReason.Length : ChatFinishReason.Stop;

    private ChatResponseUpdate Update(IList<AIContent> contents) => new(ChatRole.Assistant, contents)
    {
        ResponseId = _id,
        MessageId = _id,
        ModelId = modelId,
        CreatedAt = _created,
    };
}
