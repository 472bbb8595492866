using System.Text.Json;
using Mibera.Inference.Chat.Templates.Functions;
using Mibera.Inference.Chat.Templates.Rendering;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates;

/// <summary>What a template is rendered with: the variables that Hugging Face's <c>apply_chat_template</c> passes.</summary>
internal sealed record ChatTemplateContext
{
    /// <summary>The conversation: mappings with <c>role</c>, <c>content</c> (a string or a list of parts) and whatever else they carry.</summary>
    public required IReadOnlyList<TemplateValue> Messages { get; init; }

    /// <summary>Descriptions of the tools that the model may call, or null.</summary>
    public TemplateValue? Tools { get; init; }

    /// <summary>Whether the prompt ends where the assistant's answer begins.</summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>Text of the token that begins a sequence; undefined in the template if null.</summary>
    public string? BosToken { get; init; }

    /// <summary>Text of the token that ends a sequence; undefined in the template if null.</summary>
    public string? EosToken { get; init; }

    /// <summary>Further variables (<c>enable_thinking</c>, <c>documents</c>, ...); they go before the ones above.</summary>
    public IReadOnlyDictionary<string, TemplateValue> Extra { get; init; } = new Dictionary<string, TemplateValue>();

    /// <summary>The clock of <c>strftime_now</c>.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>A message of a role and a text.</summary>
    public static TemplateValue Message(string role, string content) => new MappingValue(
        [MappingValue.Entry("role", new StringValue(role)), MappingValue.Entry("content", new StringValue(content))]);

    /// <summary>Messages of an OpenAI-style JSON list.</summary>
    /// <exception cref="ArgumentException">The JSON is no list of objects, nested too deeply, or holds invalid Unicode.</exception>
    public static IReadOnlyList<TemplateValue> MessagesFrom(JsonElement json) =>
        JsonValues.From(json) is ListValue { Items: var items } && items.All(item => item is MappingValue)
            ? items
            : throw new ArgumentException($"The messages are a JSON {json.ValueKind}, not a list of objects.", nameof(json));

    /// <summary>All variables and functions that the template sees.</summary>
    public Scope Variables()
    {
        var variables = new Scope(null);
        foreach (var (name, value) in Globals.All) variables.Set(name, value);
        variables.Set("messages", new ListValue(Messages));
        variables.Set("tools", Tools ?? NoneValue.Absent);
        variables.Set("documents", NoneValue.Absent);
        variables.Set("add_generation_prompt", BooleanValue.Of(AddGenerationPrompt));
        if (BosToken is not null) variables.Set("bos_token", new StringValue(BosToken));
        if (EosToken is not null) variables.Set("eos_token", new StringValue(EosToken));
        foreach (var (name, value) in Extra) variables.Set(name, value);
        return variables;
    }
}
