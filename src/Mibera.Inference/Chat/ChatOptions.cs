using System.Text.Json;

namespace Mibera.Inference.Chat;

/// <summary>How a conversation is held.</summary>
public sealed record ChatOptions
{
    /// <summary>Instructions before the conversation; null: none.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>
    /// The chat template: a built-in one by name (<c>chatml</c>, <c>phi2</c>, <c>phi3</c>, <c>phi4</c>, <c>phi4-mini</c>) or Jinja source. Null:
    /// that of the model's file, or else of its architecture.
    /// </summary>
    public string? Template { get; init; }

    /// <summary>
    /// Tools that the model may call: an OpenAI-style JSON list, handed to the template; null: none. A system message with a
    /// field <c>tools</c> keeps its own where the template looks there. Not every template tells the model of tools, and that is the
    /// caller's to check: <see cref="ChatSession.IgnoresTools"/>.
    /// </summary>
    public JsonElement? Tools { get; init; }

    /// <summary>Further variables of the template, such as <c>enable_thinking</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> TemplateArguments { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Positions of the context; null: the model's <see cref="LanguageModel.ContextLength"/>.</summary>
    public int? ContextLength { get; init; }

    /// <summary>What happens when the conversation outgrows the context.</summary>
    public ContextOverflow ContextOverflow { get; init; }

    /// <summary>Sampling and stopping of answers that are not given options of their own. Their overflow policy is the chat's, a
    /// BOS token comes by the template, special tokens in it are always parsed.</summary>
    public GenerationOptions Generation { get; init; } = new();

    /// <summary>The clock that templates may ask for the date.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
