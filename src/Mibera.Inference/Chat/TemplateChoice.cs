using Mibera.Inference.Chat.Templates;
using Mibera.Inference.Models;

namespace Mibera.Inference.Chat;

/// <summary>Which template a chat uses: the wanted one, the file's, or that of the architecture.</summary>
internal static class TemplateChoice
{
    // Phi-4-mini's vocabulary; Phi-3's has 32064.
    private const int LargeVocabulary = 100_000;

    /// <summary>The template, and what it is called.</summary>
    /// <exception cref="ArgumentException"><paramref name="wanted"/> is neither a known name nor Jinja.</exception>
    /// <exception cref="ChatTemplateException">The template cannot be parsed.</exception>
    /// <exception cref="UnsupportedModelException">Nothing tells which format the model was trained on.</exception>
    public static (ChatTemplate Template, string Name) For(LanguageModel model, string? wanted)
    {
        if (wanted is not null)
            return Wanted(wanted);
        if (model.ChatTemplate is { } source)
            return (ChatTemplate.Parse(source), "the model's own");
        var name = OfArchitecture(model) ?? throw new UnsupportedModelException(
            $"{model.FilePath}: tokenizer.chat_template is missing, and nothing else tells the model's chat format; "
            + $"choose a template ({string.Join(", ", BuiltInTemplates.Names)}, or Jinja source)", model.FilePath);
        return BuiltInTemplates.TryGet(name, out var template)
            ? (template, $"{name}, built in")
            : throw new InvalidOperationException($"There is no template {name}.");
    }

    private static (ChatTemplate, string) Wanted(string template)
    {
        if (BuiltInTemplates.TryGet(template, out var known))
            return (known, $"{template}, built in");
        if (template.Contains("{{", StringComparison.Ordinal) || template.Contains("{%", StringComparison.Ordinal))
            return (ChatTemplate.Parse(template), "given");
        throw new ArgumentException(
            $"'{template}' is no template: expected {string.Join(", ", BuiltInTemplates.Names)} or Jinja source.", nameof(template));
    }

    /// <summary>The special tokens tell more than the label: a Mibera file is labelled phi2 and has Phi-4's.</summary>
    private static string? OfArchitecture(LanguageModel model)
    {
        var tokenizer = model.Tokenizer;
        if (Has("<|im_start|>"))
            return Has("<|im_sep|>") ? "phi4" : "chatml";
        if (Has("<|assistant|>") && Has("<|end|>"))
            return tokenizer.VocabularySize > LargeVocabulary ? "phi4-mini" : "phi3";
        return model.Config.Architecture == ModelArchitecture.Phi2 ? "phi2" : null;

        bool Has(string token) => tokenizer.FindSpecial(token) is not null;
    }
}
