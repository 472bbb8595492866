using System.Text;
using System.Text.Json;

namespace Mibera.Inference.Chat;

/// <summary>
/// A message of a conversation: who speaks (<c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c>, ...) and what, and whatever else an
/// OpenAI-style message carries (<c>tool_calls</c>, <c>name</c>, ...), which the template gets to see. Immutable.
/// </summary>
public sealed class ChatMessage
{
    /// <summary>A message of a role and a text.</summary>
    public ChatMessage(string role, string content)
        : this(role, content, Build(role, content))
    {
    }

    private ChatMessage(string role, string content, JsonElement json) => (Role, Content, Json) = (role, content, json);

    /// <summary>Who speaks.</summary>
    public string Role { get; }

    /// <summary>The text; of a message in parts its text parts, one after the other; empty where there is none.</summary>
    public string Content { get; }

    /// <summary>The whole message, a JSON object.</summary>
    public JsonElement Json { get; }

    /// <summary>Instructions to the model.</summary>
    public static ChatMessage System(string content) => new("system", content);

    /// <summary>What the user says.</summary>
    public static ChatMessage User(string content) => new("user", content);

    /// <summary>What the model answered.</summary>
    public static ChatMessage Assistant(string content) => new("assistant", content);

    /// <summary>A tool's result.</summary>
    public static ChatMessage Tool(string content) => new("tool", content);

    /// <summary>A message as OpenAI's chat API has it; <c>content</c> may be a string, a list of parts, null or missing.</summary>
    /// <exception cref="ConversationFormatException">It is no object, or has no role.</exception>
    public static ChatMessage FromJson(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new ConversationFormatException($"A message is a JSON {json.ValueKind}, expected an object with a role and a content.");
        if (!json.TryGetProperty("role", out var role) || role.ValueKind != JsonValueKind.String)
            throw new ConversationFormatException("A message has no role: expected \"role\": \"user\", say.");
        return new ChatMessage(role.GetString()!, json.TryGetProperty("content", out var content) ? Text(content) : "", json.Clone());
    }

    /// <summary>The messages of an OpenAI-style JSON list, or of an object whose <c>messages</c> are such a list.</summary>
    /// <exception cref="ConversationFormatException">It is nothing of the kind.</exception>
    public static IReadOnlyList<ChatMessage> ListFromJson(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("messages", out var inner))
            json = inner;
        return json.ValueKind == JsonValueKind.Array
            ? [.. json.EnumerateArray().Select(FromJson)]
            : throw new ConversationFormatException($"The conversation is a JSON {json.ValueKind}, expected a list of messages.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Role}: {Content}";

    /// <summary>The same message with another text.</summary>
    internal ChatMessage WithContent(string content) => new(Role, content, Replace("content", content));

    /// <summary>The same message with a field beside its role and text.</summary>
    internal ChatMessage With(string field, string value) => new(Role, Content, Replace(field, value));

    private JsonElement Replace(string field, string value) => Write(writer =>
    {
        foreach (var property in Json.EnumerateObject())
        {
            if (!property.NameEquals(field))
                property.WriteTo(writer);
        }
        writer.WriteString(field, value);
    });

    private static JsonElement Build(string role, string content)
    {
        ArgumentException.ThrowIfNullOrEmpty(role);
        ArgumentNullException.ThrowIfNull(content);
        return Write(writer =>
        {
            writer.WriteString("role", role);
            writer.WriteString("content", content);
        });
    }

    private static JsonElement Write(Action<Utf8JsonWriter> properties)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            properties(writer);
            writer.WriteEndObject();
        }
        using var document = JsonDocument.Parse(stream.GetBuffer().AsMemory(0, (int)stream.Length));
        return document.RootElement.Clone();
    }

    private static string Text(JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.String)
            return content.GetString()!;
        if (content.ValueKind != JsonValueKind.Array)
            return "";
        var text = new StringBuilder();
        foreach (var part in content.EnumerateArray())
        {
            if (part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out var value) && value.ValueKind == JsonValueKind.String)
                text.Append(value.GetString());
        }
        return text.ToString();
    }
}
