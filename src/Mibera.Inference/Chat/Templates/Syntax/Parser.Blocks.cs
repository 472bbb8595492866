namespace Mibera.Inference.Chat.Templates.Syntax;

/// <content>Loops, assignments and macros.</content>
internal sealed partial class Parser
{
    /// <summary>Loops around the current block within its macro; <c>break</c> needs one.</summary>
    private int _loops;

    private ForStatement ParseFor(Token opener)
    {
        var target = ParseTarget();
        _tokens.ExpectName("in");
        var iterable = _expressions.ParseIterable();
        var filter = _tokens.SkipName("if") ? _expressions.Parse() : null;
        if (_tokens.IsName("recursive")) throw _tokens.Error("recursive loops are not supported");
        _tokens.Expect(TokenKind.BlockEnd, "'%}'");
        _loops++;
        var body = ParseUntil("else", "endfor");
        _loops--;
        List<Statement> otherwise = [];
        if (TrySkipBlock("else"))
        {
            _tokens.Expect(TokenKind.BlockEnd, "'%}'");
            otherwise = ParseUntil("endfor");
        }

        ExpectBlock(opener, "endfor");
        return new ForStatement(opener.At, target, iterable, filter, body, otherwise);
    }

    private T InLoop<T>(Token name, T statement) =>
        _loops > 0 ? statement : throw _tokens.Error(name.At, $"'{name.Text}' outside a loop");

    private Statement ParseSet(Token opener)
    {
        var target = ParseTarget();
        if (_tokens.SkipOperator("=")) return new SetStatement(opener.At, target, _expressions.ParseTupleOrExpression());
        if (target is TupleTarget) throw _tokens.Unexpected("'='");
        var filters = ParseFilters();
        return new SetBlockStatement(opener.At, target, filters, ParseBody(opener, "endset"));
    }

    private WithStatement ParseWith(Token opener)
    {
        List<(AssignmentTarget, Expression)> assignments = [];
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (assignments.Count > 0) _tokens.ExpectOperator(",");
            var target = ParseSingleTarget();
            _tokens.ExpectOperator("=");
            assignments.Add((target, _expressions.Parse()));
        }

        return new WithStatement(opener.At, assignments, ParseBody(opener, "endwith"));
    }

    /// <summary>One target, or several with commas.</summary>
    private AssignmentTarget ParseTarget()
    {
        var first = ParseSingleTarget();
        if (!_tokens.IsOperator(",")) return first;
        List<AssignmentTarget> items = [first];
        while (_tokens.SkipOperator(",") && !_tokens.IsName("in") && !_tokens.IsOperator("=")) items.Add(ParseSingleTarget());
        return new TupleTarget(first.At, items);
    }

    private AssignmentTarget ParseSingleTarget()
    {
        if (_tokens.IsOperator("("))
        {
            _tokens.Enter();
            _tokens.Take();
            var inner = ParseTarget();
            _tokens.ExpectOperator(")");
            _tokens.Leave();
            return inner;
        }

        var name = _tokens.Expect(TokenKind.Name, "the name of a variable");
        if (name.Text is "true" or "false" or "none" or "True" or "False" or "None")
            throw _tokens.Error(name.At, $"cannot assign to '{name.Text}'");
        if (!_tokens.SkipOperator(".")) return new NameTarget(name.At, name.Text);
        return new AttributeTarget(name.At, name.Text, _tokens.Expect(TokenKind.Name, "the name of an attribute").Text);
    }

    /// <summary><c>name(arguments) | name ...</c>, as after <c>filter</c>.</summary>
    private List<BodyFilter> ParseFirstFilters()
    {
        List<BodyFilter> filters = [ParseBodyFilter()];
        filters.AddRange(ParseFilters());
        return filters;
    }

    private List<BodyFilter> ParseFilters()
    {
        List<BodyFilter> filters = [];
        while (_tokens.SkipOperator("|")) filters.Add(ParseBodyFilter());
        return filters;
    }

    private BodyFilter ParseBodyFilter()
    {
        var name = _tokens.Expect(TokenKind.Name, "the name of a filter");
        return new BodyFilter(name.At, name.Text, _expressions.ParseOptionalArguments());
    }

    private MacroStatement ParseMacro(Token opener)
    {
        string name = _tokens.Expect(TokenKind.Name, "the name of the macro").Text;
        return new MacroStatement(opener.At, ParseMacroRest(opener, name, ParseParameters(), "endmacro"));
    }

    private CallBlockStatement ParseCallBlock(Token opener)
    {
        var parameters = _tokens.IsOperator("(") ? ParseParameters() : [];
        var call = _expressions.Parse() as CallExpression ?? throw _tokens.Error(opener.At, "expected a call after 'call'");
        return new CallBlockStatement(opener.At, call, ParseMacroRest(opener, "caller", parameters, "endcall"));
    }

    private MacroDefinition ParseMacroRest(Token opener, string name, List<MacroParameter> parameters, string end)
    {
        int outerLoops = _loops;
        _loops = 0;
        var body = ParseBody(opener, end);
        _loops = outerLoops;
        return new MacroDefinition(opener.At, name, parameters, body);
    }

    private List<MacroParameter> ParseParameters()
    {
        _tokens.ExpectOperator("(");
        List<MacroParameter> parameters = [];
        while (!_tokens.IsOperator(")"))
        {
            var name = _tokens.Expect(TokenKind.Name, "the name of a parameter");
            var value = _tokens.SkipOperator("=") ? _expressions.Parse() : null;
            if (value is null && parameters.Count > 0 && parameters[^1].Default is not null)
                throw _tokens.Error(name.At, $"the parameter '{name.Text}' without a default follows one that has a default");
            parameters.Add(new MacroParameter(name.Text, value));
            if (!_tokens.SkipOperator(",")) break;
        }

        _tokens.ExpectOperator(")");
        return parameters;
    }
}
