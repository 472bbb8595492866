using Mibera.Inference.Chat;
using Mibera.Inference.Extensions.AI.Tools;

namespace Mibera.Inference.Extensions.AI;

/// <summary>
/// A few sessions, each with the KV cache of the conversation that it served last. A call gets the one that has most of its
/// messages already; with all of them busy it waits.
/// </summary>
internal sealed class ConversationPool(LanguageModel model, ChatOptions options, int size) : IDisposable
{
    private readonly SemaphoreSlim _free = new(size);
    private readonly Lock _gate = new();

    // The one given back last is the last.
    private readonly List<Conversation> _idle = [];
    private bool _disposed;

    /// <summary>A session that holds <paramref name="messages"/>, to be given back.</summary>
    public async Task<Conversation> TakeAsync(
        ToolDescriptions? tools, IReadOnlyList<ChatMessage> messages, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Take(tools, WithSystemPrompt(messages)), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _free.Release();
            throw;
        }
    }

    public void GiveBack(Conversation conversation)
    {
        lock (_gate)
        {
            if (_disposed)
                conversation.Dispose();
            else
                _idle.Add(conversation);
        }
        _free.Release();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var conversation in _idle)
                conversation.Dispose();
            _idle.Clear();
        }
    }

    /// <summary>The client's own system prompt goes first where the call brings none.</summary>
    private IReadOnlyList<ChatMessage> WithSystemPrompt(IReadOnlyList<ChatMessage> messages) =>
        options.SystemPrompt is { } prompt && messages is not [{ Role: "system" }, ..] ? [ChatMessage.System(prompt), .. messages] : messages;

    private Conversation Take(ToolDescriptions? tools, IReadOnlyList<ChatMessage> messages)
    {
        var conversation = Find(tools, messages) ?? new Conversation(model, options, tools);
        try
        {
            conversation.Set(messages);
            return conversation;
        }
        catch
        {
            conversation.Dispose();
            throw;
        }
    }

    private Conversation? Find(ToolDescriptions? tools, IReadOnlyList<ChatMessage> messages)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(MiberaChatClient));
            var fitting = _idle.Where(c => c.Has(tools));
            var best = fitting.MaxBy(c => c.Common(messages));
            // Another conversation gets a cache of its own as long as there may be more of them, and then the one that waits longest.
            if (best?.Common(messages) is null or 0)
            {
                if (_idle.Count <= _free.CurrentCount)
                    return null;
                best = fitting.FirstOrDefault() ?? _idle[0];
            }
            _idle.Remove(best);
            if (best.Has(tools))
                return best;
            best.Dispose();
            return null;
        }
    }
}
