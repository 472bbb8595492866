using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Mibera.Inference.Extensions.AI.Tools;

/// <summary>
/// How a family of models writes tool calls: Phi-4-mini's list of <c>{"name": ..., "arguments": {...}}</c> between two special
/// tokens. Source: the model card of Phi-4-mini-instruct.
/// </summary>
internal sealed record ToolCallSyntax(string Open, string Close)
{
    // The model's own text has no escapes for letters beyond ASCII, either.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly ToolCallSyntax Phi4Mini = new("<|tool_call|>", "<|/tool_call|>");

    /// <summary>The syntax of a model with this vocabulary, or null if it has none of its own.</summary>
    public static ToolCallSyntax? Of(Tokenizer tokenizer) =>
        tokenizer.FindSpecial(Phi4Mini.Open) is not null && tokenizer.FindSpecial(Phi4Mini.Close) is not null ? Phi4Mini : null;

    /// <summary>The calls as the model wrote them, or would have.</summary>
    public string Write(IReadOnlyList<FunctionCallContent> calls)
    {
        if (calls[0].RawRepresentation is string written)
            return written;
        var list = new JsonArray();
        foreach (var call in calls)
            list.Add((JsonNode)new JsonObject { ["name"] = call.Name, ["arguments"] = ToolJson.Arguments(call) });
        return Open + list.ToJsonString(Readable) + Close;
    }

    /// <summary>Reads what stands between the tokens; false if it is no list of calls.</summary>
    public static bool TryRead(string json, string idPrefix, out List<FunctionCallContent> calls)
    {
        calls = [];
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var elements = root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray()] : new[] { root };
            foreach (var element in elements)
            {
                if (Read(element, $"{idPrefix}_{calls.Count}") is not { } call)
                    return false;
                calls.Add(call);
            }
            return calls.Count > 0;
        }
        // Half a surrogate pair in an escape is found when the string is read.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static FunctionCallContent? Read(JsonElement element, string id)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String)
            return null;
        var arguments = new Dictionary<string, object?>();
        if (element.TryGetProperty("arguments", out var given))
        {
            if (given.ValueKind != JsonValueKind.Object)
                return null;
            foreach (var argument in given.EnumerateObject())
                arguments[argument.Name] = argument.Value.Clone();
        }
        return new FunctionCallContent(id, name.GetString()!, arguments);
    }
}
