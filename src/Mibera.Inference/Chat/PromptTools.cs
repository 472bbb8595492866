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

    /// <param name="tools">An OpenAI-style list.</param>
    /// <param name="render">Renders messages with the variable or without; null where the template refuses them.</param>
    public PromptTools(JsonElement tools, Func<ChatMessage[], TemplateValue?, string?> render)
    {
        (Variable, _text) = (JsonValues.From(tools), Text(tools));
        ChatMessage[] alone = [Question], withSystem = [ChatMessage.System(""), Question];
        var inVariable = Tells(alone, alone, Variable) || Tells(withSystem, withSystem, Variable);
        _inSystemMessage = !inVariable && Tells(withSystem, WithField(withSystem), variable: null);
        // A template that refuses all of these will say itself what it wants.
        AreTold = inVariable || _inSystemMessage || (render(alone, null) ?? render(withSystem, null)) is null;

        bool Tells(ChatMessage[] without, ChatMessage[] with, TemplateValue? variable) =>
            render(with, variable) is { } text && text != render(without, null);
    }

    /// <summary>What the template gets for its variable <c>tools</c>.</summary>
    public TemplateValue Variable { get; }

    /// <summary>Whether the model will hear of them.</summary>
    public bool AreTold { get; }

    /// <summary>The messages with the tools where the template looks for them.</summary>
    public ChatMessage[] AddTo(ChatMessage[] messages)
    {
        if (!_inSystemMessage)
            return messages;
        return WithField(messages is [{ Role: "system" }, ..] ? messages : [ChatMessage.System(""), .. messages]);
    }

    /// <summary>A conversation whose system message brings tools of its own keeps them.</summary>
    private ChatMessage[] WithField(ChatMessage[] messages) =>
        messages[0].Json.TryGetProperty(Field, out _) ? messages : [messages[0].With(Field, _text), .. messages[1..]];

    private static string Text(JsonElement tools)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            tools.WriteTo(writer);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
