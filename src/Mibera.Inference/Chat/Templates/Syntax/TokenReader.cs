namespace Mibera.Inference.Chat.Templates.Syntax;

/// <summary>The tokens of a template in order, with the parsers' common questions and their depth limit.</summary>
internal sealed class TokenReader(TemplateSource source)
{
    private readonly List<Token> _tokens = Lexer.Tokenize(source);
    private int _next;
    private int _depth;

    public Token Current => _tokens[_next];

    /// <summary>The token after the current one; the last one of all repeats.</summary>
    public Token Following => _tokens[Math.Min(_next + 1, _tokens.Count - 1)];

    public Token Take()
    {
        var token = Current;
        if (_next < _tokens.Count - 1) _next++;
        return token;
    }

    public bool IsOperator(string text) => Current.Is(TokenKind.Operator, text);

    public bool IsName(string text) => Current.Is(TokenKind.Name, text);

    public bool SkipOperator(string text) => Skip(TokenKind.Operator, text);

    public bool SkipName(string text) => Skip(TokenKind.Name, text);

    public Token ExpectOperator(string text) => IsOperator(text) ? Take() : throw Unexpected($"'{text}'");

    public Token ExpectName(string text) => IsName(text) ? Take() : throw Unexpected($"'{text}'");

    public Token Expect(TokenKind kind, string description) => Current.Kind == kind ? Take() : throw Unexpected(description);

    public ChatTemplateException Unexpected(string expected) => Error($"expected {expected}, found {Current}");

    public ChatTemplateException Error(string reason) => source.Error(Current.At, reason);

    public ChatTemplateException Error(int at, string reason) => source.Error(at, reason);

    /// <summary>Goes one level of nesting deeper; errors end the parse, so only the way without them needs <see cref="Leave"/>.</summary>
    public void Enter()
    {
        if (++_depth > TemplateLimits.SourceNesting) throw Error($"nested deeper than {TemplateLimits.SourceNesting} levels");
    }

    public void Leave() => _depth--;

    private bool Skip(TokenKind kind, string text)
    {
        if (!Current.Is(kind, text)) return false;
        Take();
        return true;
    }
}
