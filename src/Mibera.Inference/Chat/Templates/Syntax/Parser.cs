namespace Mibera.Inference.Chat.Templates.Syntax;

/// <summary>Text, outputs and blocks: the statements of a template.</summary>
/// <remarks>
/// Supported blocks are those that chat templates use. <c>include</c>, <c>import</c>, <c>extends</c> and <c>block</c> need more than one
/// template and are refused.
/// </remarks>
internal sealed partial class Parser
{
    private readonly TokenReader _tokens;
    private readonly ExpressionParser _expressions;

    private Parser(TemplateSource source)
    {
        _tokens = new TokenReader(source);
        _expressions = new ExpressionParser(_tokens);
    }

    /// <exception cref="ChatTemplateException">The template is no valid template, too long, or nested too deeply.</exception>
    public static IReadOnlyList<Statement> Parse(TemplateSource source)
    {
        var parser = new Parser(source);
        var statements = parser.ParseUntil();
        if (parser._tokens.Current.Kind != TokenKind.EndOfTemplate)
            throw parser._tokens.Error($"unexpected block '{parser._tokens.Following.Text}'");
        return statements;
    }

    /// <summary>Statements up to a block named by one of <paramref name="ends"/>, which stays unread, or to the template's end.</summary>
    private List<Statement> ParseUntil(params ReadOnlySpan<string> ends)
    {
        _tokens.Enter();
        List<Statement> statements = [];
        while (_tokens.Current.Kind != TokenKind.EndOfTemplate)
        {
            var token = _tokens.Current;
            if (token.Kind == TokenKind.BlockBegin)
            {
                if (IsAnyOf(_tokens.Following, ends) || IsEndOfSomething(_tokens.Following)) break;
                _tokens.Take();
                statements.Add(ParseBlock());
                _tokens.Expect(TokenKind.BlockEnd, "'%}'");
            }
            else if (token.Kind == TokenKind.OutputBegin)
            {
                _tokens.Take();
                statements.Add(new OutputStatement(token.At, _expressions.ParseTupleOrExpression()));
                _tokens.Expect(TokenKind.OutputEnd, "'}}'");
            }
            else
            {
                statements.Add(new TextStatement(token.At, _tokens.Take().Text));
            }
        }

        _tokens.Leave();
        return statements;
    }

    private static bool IsAnyOf(Token token, ReadOnlySpan<string> names) => token.Kind == TokenKind.Name && names.Contains(token.Text);

    private static bool IsEndOfSomething(Token token) => token.Kind == TokenKind.Name
        && (token.Text is "else" or "elif" || token.Text.StartsWith("end", StringComparison.Ordinal));

    /// <summary>Takes the beginning and the name of the block that ends <paramref name="opener"/>.</summary>
    private void ExpectBlock(Token opener, string name)
    {
        if (_tokens.Current.Kind == TokenKind.EndOfTemplate)
            throw _tokens.Error(opener.At, $"the block '{opener.Text}' has no end '{{% {name} %}}'");
        _tokens.Expect(TokenKind.BlockBegin, $"'{{% {name} %}}'");
        _tokens.ExpectName(name);
    }

    /// <summary>The body of a block and its end, but for the closing sign.</summary>
    private List<Statement> ParseBody(Token opener, string end)
    {
        _tokens.Expect(TokenKind.BlockEnd, "'%}'");
        var body = ParseUntil(end);
        ExpectBlock(opener, end);
        return body;
    }

    private Statement ParseBlock()
    {
        var name = _tokens.Expect(TokenKind.Name, "the name of a block");
        return name.Text switch
        {
            "if" => ParseIf(name),
            "for" => ParseFor(name),
            "set" => ParseSet(name),
            "macro" => ParseMacro(name),
            "call" => ParseCallBlock(name),
            "filter" => new FilterBlockStatement(name.At, ParseFirstFilters(), ParseBody(name, "endfilter")),
            "with" => ParseWith(name),
            "generation" => new WithStatement(name.At, [], ParseBody(name, "endgeneration")),
            "break" => InLoop(name, new BreakStatement(name.At)),
            "continue" => InLoop(name, new ContinueStatement(name.At)),
            _ => throw _tokens.Error(name.At, $"the block '{name.Text}' is not supported"),
        };
    }

    private IfStatement ParseIf(Token opener)
    {
        List<(Expression, IReadOnlyList<Statement>)> branches = [];
        do
        {
            var test = _expressions.ParseTupleOrExpression();
            _tokens.Expect(TokenKind.BlockEnd, "'%}'");
            branches.Add((test, ParseUntil("elif", "else", "endif")));
        }
        while (TrySkipBlock("elif"));

        List<Statement> otherwise = [];
        if (TrySkipBlock("else"))
        {
            _tokens.Expect(TokenKind.BlockEnd, "'%}'");
            otherwise = ParseUntil("endif");
        }

        ExpectBlock(opener, "endif");
        return new IfStatement(opener.At, branches, otherwise);
    }

    private bool TrySkipBlock(string name)
    {
        if (_tokens.Current.Kind != TokenKind.BlockBegin || !_tokens.Following.Is(TokenKind.Name, name)) return false;
        _tokens.Take();
        _tokens.Take();
        return true;
    }
}
