using Mibera.Inference.Chat;
using Mibera.Inference.Extensions.AI.Tools;

namespace Mibera.Inference.Extensions.AI;

/// <summary>A session of the pool, and the tools that its template was told of.</summary>
internal sealed class Conversation : IDisposable
{
    private readonly ToolDescriptions? _tools;

    /// <exception cref="NotSupportedException">The template takes no tools.</exception>
    public Conversation(LanguageModel model, ChatOptions options, ToolDescriptions? tools)
    {
        _tools = tools;
        Session = model.CreateChat(options with { SystemPrompt = null, Tools = tools?.Json });
        if (!Session.IgnoresTools)
            return;
        Session.Dispose();
        throw tools!.Refused(Session);
    }

    public ChatSession Session { get; }

    public bool Has(ToolDescriptions? tools) => _tools?.Text == tools?.Text;

    /// <summary>How many messages it has in common with others at the beginning.</summary>
    public int Common(IReadOnlyList<ChatMessage> messages)
    {
        var (held, count) = (Session.Messages, 0);
        while (count < held.Count && count < messages.Count && held[count].Role == messages[count].Role
            && held[count].Content == messages[count].Content)
            count++;
        return count;
    }

    /// <summary>Replaces what it holds.</summary>
    public void Set(IReadOnlyList<ChatMessage> messages) => Session.SetMessages(messages);

    public void Dispose() => Session.Dispose();
}
