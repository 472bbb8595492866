using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Mibera.Inference.Extensions.AI.Tools;

/// <summary>Arguments and results of tools as JSON, by the serializer options of Microsoft.Extensions.AI.</summary>
internal static class ToolJson
{
    /// <summary>The arguments of a call, an object.</summary>
    public static JsonObject Arguments(FunctionCallContent call)
    {
        var result = new JsonObject();
        foreach (var (name, value) in call.Arguments ?? new Dictionary<string, object?>())
            result[name] = Node(value);
        return result;
    }

    /// <summary>What a tool returned: a text as it is, everything else as JSON.</summary>
    public static string Text(object? result) => result switch
    {
        null => "",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
        TextContent content => content.Text,
        _ => Node(result)?.ToJsonString() ?? "",
    };

    private static JsonNode? Node(object? value) => value switch
    {
        null => null,
        JsonElement element => JsonNode.Parse(element.GetRawText()),
        JsonNode node => node.DeepClone(),
        _ => JsonSerializer.SerializeToNode(value, AIJsonUtilities.DefaultOptions.GetTypeInfo(value.GetType())),
    };
}
