using System.Text;
using Mibera.Inference.Chat.Templates;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat;

/// <summary>
/// Turns messages into tokens. What the model generated keeps the tokens it was generated with: text tokenized anew could
/// be cut otherwise, and the KV cache would be of no use from there on.
/// </summary>
internal sealed class PromptBuilder
{
    private readonly LanguageModel _model;
    private readonly ChatOptions _options;
    private readonly ChatTemplate _template;
    private readonly PromptTools? _tools;
    private readonly Dictionary<string, TemplateValue> _arguments;
    private readonly Dictionary<string, int[]> _answers = new(StringComparer.Ordinal);

    public PromptBuilder(LanguageModel model, ChatOptions options)
    {
        (_model, _options) = (model, options);
        (_template, TemplateName) = TemplateChoice.For(model, options.Template);
        _arguments = options.TemplateArguments.ToDictionary(a => a.Key, a => JsonValues.From(a.Value), StringComparer.Ordinal);
        Traits = TurnTraits.Find(model.Tokenizer, messages => TryRender(messages, tools: null));
        _tools = PromptTools.Of(options.Tools, TryRender);
    }

    public string TemplateName { get; }

    public TurnTraits Traits { get; }

    /// <summary>Whether the options have tools and the model does not hear of them.</summary>
    public bool IgnoresTools => _tools?.AreTold == false;

    /// <summary>Remembers the tokens of an answer.</summary>
    public void Remember(string answer, int[] tokens)
    {
        if (tokens.Length > 0)
            _answers[answer] = tokens;
    }

    public int[]? Recall(string answer) => _answers.GetValueOrDefault(answer);

    /// <summary>Forgets the tokens of answers that are not among the messages.</summary>
    public void Retain(IEnumerable<ChatMessage> messages)
    {
        var kept = messages.Select(m => m.Content).ToHashSet(StringComparer.Ordinal);
        foreach (var answer in _answers.Keys.Where(a => !kept.Contains(a)).ToArray())
            _answers.Remove(answer);
    }

    /// <summary>The text that the model continues: up to where its answer begins, or where the last message ends if that is an answer
    /// itself.</summary>
    /// <exception cref="ChatTemplateException">The template fails or refuses the messages.</exception>
    public string Render(ChatMessage[] messages) => messages is [.. var before, { Role: "assistant" } last]
        ? RenderAll(before) + last.Content
        : RenderAll(messages);

    /// <summary>The tokens of a rendered text.</summary>
    public int[] Tokenize(string text, IEnumerable<ChatMessage> messages)
    {
        var (ids, position) = (new List<int>(), 0);
        foreach (var message in messages)
        {
            if (message.Role != "assistant" || Traits.Lead is not { } lead || !_answers.TryGetValue(message.Content, out var answer))
                continue;
            var at = text.IndexOf(lead + message.Content, position, StringComparison.Ordinal);
            if (at < 0)
                continue;
            at += lead.Length;
            ids.AddRange(_model.Tokenizer.Encode(text[position..at], addBos: position == 0, parseSpecial: true));
            ids.AddRange(answer);
            position = at + message.Content.Length;
        }
        ids.AddRange(_model.Tokenizer.Encode(text[position..], addBos: position == 0, parseSpecial: true));
        return [.. ids];
    }

    /// <summary>How many tokens every conversation with this system prompt begins with.</summary>
    public int Beginning(string? system)
    {
        var (one, other) = (First("a"), First("b"));
        return one.AsSpan().CommonPrefixLength(other);

        int[] First(string text)
        {
            ChatMessage[] messages = system is null ? [ChatMessage.User(text)] : [ChatMessage.System(system), ChatMessage.User(text)];
            return Tokenize(Render(messages), []);
        }
    }

    private string RenderAll(ChatMessage[] messages)
    {
        messages = WithoutSystem(messages);
        return _tools is null ? RenderAsIs(messages, null) : RenderAsIs(_tools.AddTo(messages), _tools.Variable);
    }

    private string? TryRender(ChatMessage[] messages, TemplateValue? tools)
    {
        try
        {
            return RenderAsIs(messages, tools);
        }
        catch (ChatTemplateException)
        {
            // Some templates refuse what others demand; if this one refuses the user's messages too, the user will be told.
            return null;
        }
    }

    private string RenderAsIs(ChatMessage[] messages, TemplateValue? tools) => _template.Render(new ChatTemplateContext
    {
        Messages = [.. messages.Select(m => JsonValues.From(m.Json))],
        Tools = tools,
        AddGenerationPrompt = true,
        BosToken = TextOf(_model.Tokenizer.BosId),
        EosToken = TextOf(_model.Tokenizer.EosId),
        Extra = _arguments,
        Clock = _options.Clock,
    });

    /// <summary>Where the template takes no system message, it goes before the first user's.</summary>
    private ChatMessage[] WithoutSystem(ChatMessage[] messages)
    {
        if (Traits.TakesSystem || messages is not [{ Role: "system" } system, .. var rest])
            return messages;
        return rest is [{ Role: "user" } first, .. var others]
            ? [first.WithContent($"{system.Content}\n\n{first.Content}"), .. others]
            : [ChatMessage.User(system.Content), .. rest];
    }

    private string? TextOf(int? id) => id is { } token ? Encoding.UTF8.GetString(_model.Tokenizer.GetBytes(token)) : null;
}
