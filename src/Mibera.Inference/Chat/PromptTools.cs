using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat;

/// <summary>
/// Tools on their way into a prompt: templates look for them in a variable, or, as in Phi-4-mini's files, in a field of the system
/// message. Which, shows in a made-up conversation that is rendered with them and without.
/// </summary>
internal sealed class PromptTools
{
    private const string Field = "tools";

    private static readonly ChatMessage Question = ChatMessage.User("?");

    private readonly string _text;
    private readonly bool _inSystemMessage;

    private PromptTools(JsonElement tools, Func<ChatMessage[], TemplateValue?, string?> render)
    {
        (Variable, _text) = (Value(tools), Text(tools));
        var name = NameOf(tools[0]);
        ChatMessage[] alone = [Question], withSystem = [ChatMessage.System(""), Question];
        var inVariable = Tells(alone, alone, Variable) || Tells(withSystem, withSystem, Variable);
        _inSystemMessage = !inVariable && Tells(withSystem, WithField(withSystem), variable: null);
        // A template that refuses all of these will say itself what it wants.
        AreTold = inVariable || _inSystemMessage || (render(alone, null) ?? render(withSystem, null)) is null;

        // A name alone may stand in any prompt, as "user" does; a difference alone does not tell which tools there are.
        bool Tells(ChatMessage[] without, ChatMessage[] with, TemplateValue? variable) =>
            render(with, variable) is { } text && text != render(without, null)
            && (name is null || text.Contains(name, StringComparison.Ordinal));
    }

    /// <summary>What the template gets for its variable <c>tools</c>.</summary>
    public TemplateValue Variable { get; }

    /// <summary>Whether the model will hear of them: of the first one's name.</summary>
    public bool AreTold { get; }

    /// <param name="tools">An OpenAI-style list.</param>
    /// <param name="render">Renders messages with the variable or without; null where the template refuses them.</param>
    /// <returns>Null if there are no tools.</returns>
    /// <exception cref="ArgumentException">They are no list, or hold what a template cannot be given.</exception>
    public static PromptTools? Of(JsonElement? tools, Func<ChatMessage[], TemplateValue?, string?> render)
    {
        if (tools is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } list)
            return null;
        if (list.ValueKind != JsonValueKind.Array)
            throw new ArgumentException($"The tools are a JSON {list.ValueKind}, expected a list.", nameof(tools));
        return list.GetArrayLength() > 0 ? new PromptTools(list, render) : null;
    }

    /// <summary>The messages with the tools where the template looks for them.</summary>
    public ChatMessage[] AddTo(ChatMessage[] messages)
    {
        if (!_inSystemMessage)
            return messages;
        return WithField(messages is [{ Role: "system" }, ..] ? messages : [ChatMessage.System(""), .. messages]);
    }

    /// <summary>A system message that brings tools of its own keeps them.</summary>
    private ChatMessage[] WithField(ChatMessage[] messages)
    {
        var hasOwn = messages[0].Json.TryGetProperty(Field, out var own) && own.ValueKind != JsonValueKind.Null;
        return hasOwn ? messages : [messages[0].With(Field, _text), .. messages[1..]];
    }

    /// <summary>The name in OpenAI's form, or of the tool itself, as some templates have it.</summary>
    private static string? NameOf(JsonElement tool)
    {
        if (tool.ValueKind == JsonValueKind.Object && tool.TryGetProperty("function", out var function))
            tool = function;
        return tool.ValueKind == JsonValueKind.Object && tool.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String
            ? name.GetString()
            : null;
    }

    private static TemplateValue Value(JsonElement tools)
    {
        try
        {
            return JsonValues.From(tools);
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException(e.Message, nameof(tools), e);
        }
    }

    private static string Text(JsonElement tools)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            tools.WriteTo(writer);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
