
namespace Mibera.Inference.Chat;

/// <summary>Changing the conversation, and keeping it.</summary>
public sealed partial class ChatSession
{
    /// <summary>Adds a message without answering it: a tool's result, a user's message, an example.</summary>
    public void Add(ChatMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        Change(() => _messages.Add(message));
    }

    /// <summary>Replaces the whole conversation, the system prompt included. What both have in common is not read again.</summary>
    public void SetMessages(IEnumerable<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        Change(() =>
        {
            (_messages, _dropped) = ([.. messages], 0);
            _prompts.Retain(_messages);
        });
    }

    /// <summary>Forgets the conversation but for the system prompt.</summary>
    public void Clear() => SetMessages(SystemPrompt is null ? [] : _messages[..1]);

    /// <summary>Takes back the user's last message and everything after it.</summary>
    /// <returns>That message, or null if there is none.</returns>
    public ChatMessage? Undo()
    {
        ChatMessage? undone = null;
        Change(() =>
        {
            var last = _messages.FindLastIndex(m => m.Role == "user");
            if (last < 0)
                return;
            undone = _messages[last];
            _messages.RemoveRange(last, _messages.Count - last);
        });
        return undone;
    }

    /// <summary>
    /// Writes the conversation as JSON: an object with OpenAI-style <c>messages</c>, and beside each answer the <c>tokens</c> that the
    /// model generated.
    /// </summary>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ConversationFile.Write(stream, _messages, _prompts);
    }

    /// <summary>Replaces the conversation by a saved one, or by an OpenAI-style JSON list. Saved tokens are used if they mean the same text
    /// to this model.</summary>
    /// <exception cref="ConversationFormatException">The JSON is no conversation.</exception>
    public void Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var (messages, tokens) = ConversationFile.Read(stream);
        SetMessages(messages);
        foreach (var (answer, ids) in tokens)
        {
            if (ConversationFile.Means(Model.Tokenizer, ids, answer))
                _prompts.Remember(answer, ids);
        }
    }
}
