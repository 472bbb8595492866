using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mibera.Inference.Extensions.AI.Tools;
using Microsoft.Extensions.AI;

namespace Mibera.Inference.Extensions.AI;

/// <summary>Messages as a chat template wants them: OpenAI-style, a tool's results each in one of its own.</summary>
internal static class MessageConverter
{
    /// <param name="messages">The conversation.</param>
    /// <param name="instructions">Go before it, into its system message if it begins with one.</param>
    /// <param name="syntax">How the model writes tool calls; null: they are left to the template.</param>
    /// <exception cref="NotSupportedException">A message has content that is no text.</exception>
    public static List<Chat.ChatMessage> Convert(IEnumerable<ChatMessage> messages, string? instructions, ToolCallSyntax? syntax)
    {
        var result = new List<Chat.ChatMessage>();
        foreach (var message in messages)
            Append(result, message, syntax);
        if (string.IsNullOrEmpty(instructions))
            return result;
        if (result is [{ Role: "system" } system, ..])
            result[0] = Chat.ChatMessage.System($"{instructions}\n\n{system.Content}");
        else
            result.Insert(0, Chat.ChatMessage.System(instructions));
        return result;
    }

    private static void Append(List<Chat.ChatMessage> result, ChatMessage message, ToolCallSyntax? syntax)
    {
        var (text, calls, results) = (new StringBuilder(), new List<FunctionCallContent>(), 0);
        foreach (var content in message.Contents)
        {
            switch (content)
            {
                case TextContent { Text: var part }:
                    text.Append(part);
                    break;
                case FunctionCallContent call:
                    calls.Add(call);
                    break;
                case FunctionResultContent value:
                    result.Add(ResultMessage(value));
                    results++;
                    break;
                // Thoughts are not part of what a model gets to see again.
                case TextReasoningContent or UsageContent:
                    break;
                default:
                    throw new NotSupportedException($"A message of {message.Role} holds {content.GetType().Name}; this model reads text alone.");
            }
        }
        if (calls.Count > 0)
            result.Add(CallMessage(text.ToString(), calls, syntax));
        else if (text.Length > 0 || results == 0)
            result.Add(new Chat.ChatMessage(message.Role.Value, text.ToString()));
    }

    private static Chat.ChatMessage CallMessage(string text, List<FunctionCallContent> calls, ToolCallSyntax? syntax)
    {
        if (syntax is not null)
            return Chat.ChatMessage.Assistant(text + syntax.Write(calls));
        var list = new JsonArray();
        foreach (var call in calls)
        {
            list.Add((JsonNode)new JsonObject
            {
                ["id"] = call.CallId,
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = ToolJson.Arguments(call) },
            });
        }
        return FromJson(new JsonObject { ["role"] = "assistant", ["content"] = text, ["tool_calls"] = list });
    }

    private static Chat.ChatMessage ResultMessage(FunctionResultContent result) => FromJson(new JsonObject
    {
        ["role"] = "tool",
        ["tool_call_id"] = result.CallId,
        ["content"] = result.Exception is { } error && result.Result is null ? $"Error: {error.Message}" : ToolJson.Text(result.Result),
    });

    private static Chat.ChatMessage FromJson(JsonObject json)
    {
        using var document = JsonDocument.Parse(json.ToJsonString());
        return Chat.ChatMessage.FromJson(document.RootElement);
    }
}
