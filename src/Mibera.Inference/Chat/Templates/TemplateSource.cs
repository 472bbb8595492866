namespace Mibera.Inference.Chat.Templates;

/// <summary>A template's text with newlines as <c>\n</c>, which turns offsets into lines and columns for errors.</summary>
internal sealed class TemplateSource
{
    private const int LongestReason = 1000;

    /// <exception cref="ChatTemplateException">The text is longer than <see cref="TemplateLimits.SourceLength"/>.</exception>
    public TemplateSource(string text)
    {
        Text = "";
        if (text.Length > TemplateLimits.SourceLength)
            throw Error(0, $"the template has {text.Length} characters, more than {TemplateLimits.SourceLength}");
        text = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        // Jinja's keep_trailing_newline is off: exactly one newline at the end is dropped.
        Text = text.EndsWith('\n') ? text[..^1] : text;
    }

    public string Text { get; }

    public ChatTemplateException Error(int at, string reason, bool raisedByTemplate = false)
    {
        // A hostile template can make messages of megabytes.
        if (reason.Length > LongestReason) reason = string.Concat(reason.AsSpan(0, LongestReason), "...");
        var before = Text.AsSpan(0, Math.Min(at, Text.Length));
        int line = 1 + before.Count('\n');
        int column = before.Length - before.LastIndexOf('\n');
        return new ChatTemplateException(reason, line, column, raisedByTemplate);
    }
}
