using Mibera.Inference.Chat;
using Mibera.Inference.Extensions.AI.Tools;

namespace Mibera.Inference.Extensions.AI;

/// <summary>A session of the pool, and the tools that its template was told of.</summary>
internal sealed class Conversation : IDisposable
{
    private const string Question = "?";

    private readonly ToolDescriptions? _tools;
    private readonly bool _toolsInSystemMessage;

    /// <exception cref="NotSupportedException">The template takes no tools.</exception>
    public Conversation(LanguageModel model, ChatOptions options, ToolDescriptions? tools)
    {
        _tools = tools;
        Session = model.CreateChat(options with { SystemPrompt = null, Tools = tools?.Json });
        try
        {
            _toolsInSystemMessage = tools is not null && !TakesTools(tools, [ChatMessage.User(Question)]);
            if (_toolsInSystemMessage && !TakesTools(tools!, [tools!.SystemMessage(""), ChatMessage.User(Question)]))
                throw tools.Refused(Session);
        }
        catch
        {
            Session.Dispose();
            throw;
        }
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
    public void Set(IReadOnlyList<ChatMessage> messages)
    {
        if (!_toolsInSystemMessage)
            Session.SetMessages(messages);
        else if (messages is [{ Role: "system" } system, ..])
            Session.SetMessages([_tools!.SystemMessage(system.Content), .. messages.Skip(1)]);
        else
            Session.SetMessages([_tools!.SystemMessage(""), .. messages]);
    }

    public void Dispose() => Session.Dispose();

    private bool TakesTools(ToolDescriptions tools, ChatMessage[] messages)
    {
        Session.SetMessages(messages);
        return Session.RenderPrompt().Contains(tools.FirstName, StringComparison.Ordinal);
    }
}
