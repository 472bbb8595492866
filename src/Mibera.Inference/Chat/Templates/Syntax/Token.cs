namespace Mibera.Inference.Chat.Templates.Syntax;

internal enum TokenKind
{
    /// <summary>Text outside tags, printed as it is.</summary>
    Data,

    /// <summary>The start of <c>{{ ... }}</c>.</summary>
    OutputBegin,
    OutputEnd,

    /// <summary>The start of <c>{% ... %}</c>.</summary>
    BlockBegin,
    BlockEnd,
    Name,

    /// <summary>A string literal, its escapes resolved.</summary>
    String,
    Integer,
    Float,
    Operator,
    EndOfTemplate,
}

/// <summary>One token: its text (without quotes, or the operator's signs) and its offset in the source.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int At)
{
    public bool Is(TokenKind kind, string text) => Kind == kind && Text == text;

    public override string ToString() => Kind switch
    {
        TokenKind.EndOfTemplate => "the end of the template",
        TokenKind.OutputEnd => "'}}'",
        TokenKind.BlockEnd => "'%}'",
        TokenKind.String => "a string",
        TokenKind.Data => "text",
        _ => $"'{Text}'",
    };
}
