using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mibera.Inference.Chat;
using Microsoft.Extensions.AI;
using ChatOptions = Microsoft.Extensions.AI.ChatOptions;

namespace Mibera.Inference.Extensions.AI.Tools;

/// <summary>The tools of a call as an OpenAI-style list, which is what chat templates expect.</summary>
internal sealed class ToolDescriptions
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private ToolDescriptions(JsonArray list, string firstName)
    {
        (Text, FirstName) = (list.ToJsonString(Readable), firstName);
        using var document = JsonDocument.Parse(Text);
        Json = document.RootElement.Clone();
    }

    public string Text { get; }

    public JsonElement Json { get; }

    /// <summary>The name of the first tool.</summary>
    public string FirstName { get; }

    /// <summary>The functions that the options offer, or null if there are none.</summary>
    /// <exception cref="NotSupportedException">A tool is no function that a caller could run.</exception>
    public static ToolDescriptions? Of(ChatOptions? options)
    {
        if (options?.Tools is not { Count: > 0 } tools || options.ToolMode is NoneChatToolMode)
            return null;
        var (list, first) = (new JsonArray(), (string?)null);
        foreach (var tool in tools)
        {
            if (tool is not AIFunctionDeclaration function)
                throw new NotSupportedException($"ChatOptions.Tools holds {tool.Name}, a {tool.GetType().Name}; only functions are supported.");
            first ??= function.Name;
            list.Add((JsonNode)new JsonObject
            {
                ["type"] = "function",
                ["function"] = new JsonObject
                {
                    ["name"] = function.Name,
                    ["description"] = function.Description,
                    ["parameters"] = JsonNode.Parse(function.JsonSchema.GetRawText()),
                },
            });
        }
        return new ToolDescriptions(list, first!);
    }

    /// <summary>The template does not tell the model of tools.</summary>
    public NotSupportedException Refused(ChatSession session) => new(
        $"ChatOptions.Tools holds {FirstName}, but the chat template of {session.Model.FilePath} ({session.TemplateName}) takes no tools. "
        + "Leave them out, or choose a template that describes them.");
}
