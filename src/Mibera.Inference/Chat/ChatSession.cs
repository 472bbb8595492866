using System.Runtime.CompilerServices;

namespace Mibera.Inference.Chat;

/// <summary>
/// A conversation with a model: messages in, answers out, rendered by the model's chat template. It owns a session; what the
/// KV cache holds of the conversation already is not read again. One caller at a time.
/// </summary>
public sealed partial class ChatSession : IDisposable, IAsyncDisposable
{
    private readonly ChatOptions _options;
    private readonly InferenceSession _session;
    private readonly PromptBuilder _prompts;
    private readonly ChatWindow _window;
    private List<ChatMessage> _messages = [];
    private int _dropped;
    private int _busy;

    internal ChatSession(LanguageModel model, ChatOptions options)
    {
        (Model, _options) = (model, options);
        _prompts = new PromptBuilder(model, options);
        _session = model.CreateSession(options.ContextLength);
        _window = new ChatWindow(_session);
        if (options.SystemPrompt is { } system)
            _messages.Add(ChatMessage.System(system));
    }

    /// <summary>The model.</summary>
    public LanguageModel Model { get; }

    /// <summary>The conversation so far, the system prompt included.</summary>
    public IReadOnlyList<ChatMessage> Messages => _messages;

    /// <summary>The first message if it is the system's; null takes it away.</summary>
    public string? SystemPrompt
    {
        get => _messages is [{ Role: "system" } first, ..] ? first.Content : null;
        set => Change(() =>
        {
            if (SystemPrompt is not null)
                _messages.RemoveAt(0);
            if (value is not null)
                _messages.Insert(0, ChatMessage.System(value));
        });
    }

    /// <summary>Which template renders the conversation.</summary>
    public string TemplateName => _prompts.TemplateName;

    /// <summary>Whether there are <see cref="ChatOptions.Tools"/> and the template does not tell the model of them.</summary>
    public bool IgnoresTools => _prompts.IgnoresTools;

    /// <summary>Positions of the context.</summary>
    public int ContextLength => _session.ContextLength;

    /// <summary>Positions in use.</summary>
    public int Position => _session.Position;

    /// <summary>The tokens in the context: what was read of the conversation, and what was generated.</summary>
    public ReadOnlySpan<int> Tokens => _session.Tokens;

    /// <summary>The last answer.</summary>
    public ChatStatistics LastAnswer { get; private set; }

    /// <summary>All answers together.</summary>
    public ChatStatistics Total { get; private set; }

    /// <summary>Adds a user's message and answers it.</summary>
    /// <inheritdoc cref="AnswerAsync(GenerationOptions?, CancellationToken)"/>
    /// <param name="text">What the user says.</param>
    /// <param name="cancellationToken">Ends the answer.</param>
    public IAsyncEnumerable<GeneratedPiece> SendAsync(string text, CancellationToken cancellationToken = default) =>
        SendAsync(text, null, cancellationToken);

    /// <summary>Adds a user's message and answers it.</summary>
    /// <inheritdoc cref="AnswerAsync(GenerationOptions?, CancellationToken)"/>
    /// <param name="text">What the user says.</param>
    /// <param name="options">Sampling and stopping; null: the chat's.</param>
    /// <param name="cancellationToken">Ends the answer.</param>
    public IAsyncEnumerable<GeneratedPiece> SendAsync(string text, GenerationOptions? options, CancellationToken cancellationToken = default)
    {
        var message = ChatMessage.User(text);
        return RunAsync(() => _messages.Add(message), options, cancellationToken);
    }

    /// <summary>
    /// Answers the conversation as it stands: its last message, a user's or a tool's. If that is an answer itself, one that was
    /// interrupted perhaps, it is continued.
    /// </summary>
    /// <remarks>
    /// An answer that is cancelled, given up or fails midway stays in the conversation as far as it came. If nothing came of it, the
    /// conversation is as it was before.
    /// </remarks>
    /// <param name="options">Sampling and stopping; null: the chat's.</param>
    /// <param name="cancellationToken">Ends the answer.</param>
    /// <exception cref="ContextFullException">The conversation does not fit into the context, or leaves no room for an answer.</exception>
    /// <exception cref="ChatTemplateException">The template fails or refuses the messages.</exception>
    public IAsyncEnumerable<GeneratedPiece> AnswerAsync(GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(() => { }, options, cancellationToken);

    /// <summary>Takes the last answer back and gives another one.</summary>
    /// <inheritdoc cref="AnswerAsync(GenerationOptions?, CancellationToken)"/>
    public IAsyncEnumerable<GeneratedPiece> RegenerateAsync(GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(TakeAnswerBack, options, cancellationToken);

    /// <summary>The text that the model would continue now, as the template renders it.</summary>
    /// <exception cref="ChatTemplateException">The template fails or refuses the messages.</exception>
    public string RenderPrompt() => _prompts.Render(Included());

    /// <summary>Saves what the KV cache holds of the conversation, not its messages (those <see cref="Save"/> writes).</summary>
    /// <inheritdoc cref="InferenceSession.SaveState(string, CancellationToken)"/>
    public void SaveState(string path, CancellationToken cancellationToken = default) => Change(() => _session.SaveState(path, cancellationToken));

    /// <summary>
    /// Loads what an earlier conversation left in the KV cache: where the next prompt begins with the same tokens they are not read
    /// again. The messages stay as they are.
    /// </summary>
    /// <inheritdoc cref="InferenceSession.LoadState(string, CancellationToken)"/>
    public void LoadState(string path, CancellationToken cancellationToken = default) => Change(() =>
    {
        try
        {
            _session.LoadState(path, cancellationToken);
        }
        finally
        {
            // After a failure, too: then the session is empty, or as it was.
            _window.Adopt();
        }
    });

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    /// <summary>Frees the memory of the conversation, and waits until that is done.</summary>
    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private async IAsyncEnumerable<GeneratedPiece> RunAsync(
        Action change, GenerationOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Enter();
        var (before, dropped) = (_messages.ToList(), _dropped);
        ChatAnswer? answer = null;
        var ended = false;
        try
        {
            answer = new ChatAnswer(this, options ?? _options.Generation);
            change();
            ForgetDropped();
            var tokens = await _session.Model.RunAsync(answer.Prepare, cancellationToken).ConfigureAwait(false);
            await foreach (var piece in _session.GenerateAsync(() => tokens, answer.Options, answer.RoomMaker, cancellationToken).ConfigureAwait(false))
            {
                answer.Append(piece);
                yield return piece;
            }
            ended = true;
        }
        finally
        {
            try
            {
                if (answer is not null && (ended || answer.Text.Length > 0))
                    answer.Commit();
                else
                    (_messages, _dropped) = (before, dropped);
                LastAnswer = answer?.Statistics() ?? default;
                Total = Total.Plus(LastAnswer);
            }
            finally
            {
                Leave();
            }
        }
    }

    /// <summary>The messages in the context: without the turns that were dropped.</summary>
    private ChatMessage[] Included()
    {
        var system = SystemPrompt is null ? 0 : 1;
        return [.. _messages[..system], .. _messages[(system + _dropped)..]];
    }

    /// <summary>Takes the oldest turn out of the context; 0 if only the last one is left, else how many messages it had.</summary>
    private int DropTurn()
    {
        var first = (SystemPrompt is null ? 0 : 1) + _dropped;
        var next = _messages.FindIndex(Math.Min(first + 1, _messages.Count), m => m.Role == "user");
        if (next < 0)
            return 0;
        _dropped += next - first;
        return next - first;
    }

    private void TakeAnswerBack()
    {
        var first = _messages.FindLastIndex(m => m.Role != "assistant") + 1;
        _messages.RemoveRange(first, _messages.Count - first);
    }

    /// <summary>Where so many messages were taken back that none but dropped ones are left, those fit again.</summary>
    private void ForgetDropped()
    {
        if (_dropped >= _messages.Count - (SystemPrompt is null ? 0 : 1))
            _dropped = 0;
    }

    private void Change(Action change)
    {
        Enter();
        try
        {
            change();
            ForgetDropped();
        }
        finally
        {
            Leave();
        }
    }

    private void Enter()
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0)
            throw new InvalidOperationException("The chat is busy: it serves one caller at a time.");
    }

    private void Leave() => Volatile.Write(ref _busy, 0);
}
