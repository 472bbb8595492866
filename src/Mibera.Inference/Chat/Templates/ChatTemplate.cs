using Mibera.Inference.Chat.Templates.Rendering;
using Mibera.Inference.Chat.Templates.Syntax;

namespace Mibera.Inference.Chat.Templates;

/// <summary>
/// A chat template: the Jinja program in a model's file that turns messages into the text the model was trained on. It is rendered as
/// Hugging Face's <c>apply_chat_template</c> renders it, by an interpreter that reaches nothing but the values given to it.
/// </summary>
/// <remarks>Immutable: one instance may render for several threads at once.</remarks>
internal sealed class ChatTemplate
{
    private readonly TemplateSource _source;
    private readonly IReadOnlyList<Statement> _statements;

    private ChatTemplate(TemplateSource source, IReadOnlyList<Statement> statements)
    {
        _source = source;
        _statements = statements;
    }

    /// <exception cref="ChatTemplateException">The template is no valid template, too long or nested too deeply.</exception>
    public static ChatTemplate Parse(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var text = new TemplateSource(source);
        return new ChatTemplate(text, Parser.Parse(text));
    }

    /// <summary>The prompt for the given messages.</summary>
    /// <exception cref="ChatTemplateException">The template fails, refuses the messages, or exceeds a limit of <see cref="TemplateLimits"/>.</exception>
    public string Render(ChatTemplateContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var rendering = new RenderContext(_source, context.Clock);
        return new Interpreter(rendering, new Scope(context.Variables())).Render(_statements);
    }
}
