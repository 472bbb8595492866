namespace Mibera.Inference.Chat.Templates.Syntax;

/// <content>What follows a value: attributes, items, calls, filters and tests.</content>
internal sealed partial class ExpressionParser
{
    private Expression ParsePostfix(Expression value)
    {
        for (; ; )
        {
            if (tokens.IsOperator(".")) value = ParseAttribute(value);
            else if (tokens.IsOperator("[")) value = ParseItem(value);
            else if (tokens.IsOperator("(")) value = new CallExpression(tokens.Current.At, value, ParseArguments());
            else return value;
        }
    }

    private Expression ParseFiltersAndTests(Expression value)
    {
        for (; ; )
        {
            if (tokens.IsOperator("|")) value = ParseFilter(value);
            else if (tokens.IsName("is")) value = ParseTest(value);
            else if (tokens.IsOperator("(")) value = new CallExpression(tokens.Current.At, value, ParseArguments());
            else return value;
        }
    }

    private Expression ParseAttribute(Expression target)
    {
        tokens.ExpectOperator(".");
        var name = tokens.Take();
        return name.Kind switch
        {
            TokenKind.Name => new AttributeExpression(name.At, target, name.Text),
            TokenKind.Integer => new ItemExpression(name.At, target, new LiteralExpression(name.At, ParseInteger(name))),
            _ => throw tokens.Error(name.At, $"expected a name or a number after '.', found {name}"),
        };
    }

    private Expression ParseItem(Expression target)
    {
        int at = tokens.ExpectOperator("[").At;
        Expression? start = tokens.IsOperator(":") ? null : Parse();
        if (start is not null && tokens.IsOperator(",")) start = ParseTupleIndex(start);
        if (!tokens.SkipOperator(":"))
        {
            tokens.ExpectOperator("]");
            return new ItemExpression(at, target, start ?? throw tokens.Unexpected("an index"));
        }

        var stop = ParseSlicePart();
        var step = tokens.SkipOperator(":") ? ParseSlicePart() : null;
        tokens.ExpectOperator("]");
        return new SliceExpression(at, target, start, stop, step);
    }

    private Expression? ParseSlicePart() =>
        tokens.IsOperator(":") || tokens.IsOperator("]") ? null : Parse();

    private TupleExpression ParseTupleIndex(Expression first)
    {
        List<Expression> items = [first];
        while (tokens.SkipOperator(",")) items.Add(Parse());
        return new TupleExpression(first.At, items);
    }

    private FilterExpression ParseFilter(Expression target)
    {
        tokens.ExpectOperator("|");
        var name = tokens.Expect(TokenKind.Name, "the name of a filter");
        return new FilterExpression(name.At, target, name.Text, ParseOptionalArguments());
    }

    /// <summary>The arguments in parentheses if there are any.</summary>
    public ArgumentList ParseOptionalArguments() =>
        tokens.IsOperator("(") ? ParseArguments() : ArgumentList.Empty;

    private Expression ParseTest(Expression target)
    {
        tokens.ExpectName("is");
        bool isNegated = tokens.SkipName("not");
        var name = tokens.Expect(TokenKind.Name, "the name of a test");
        var arguments = ArgumentList.Empty;
        if (tokens.IsOperator("(")) arguments = ParseArguments();
        else if (BeginsTestArgument()) arguments = new ArgumentList([ParsePostfix(ParsePrimary())], []);
        var test = new TestExpression(name.At, target, name.Text, arguments);
        return isNegated ? new UnaryExpression(name.At, UnaryOperator.Not, test) : test;
    }

    /// <summary>A test's only argument may stand without parentheses: <c>x is divisibleby 3</c>.</summary>
    private bool BeginsTestArgument()
    {
        var token = tokens.Current;
        if (token.Is(TokenKind.Name, "is")) throw tokens.Error("tests cannot be chained with 'is'");
        return token.Kind is TokenKind.String or TokenKind.Integer or TokenKind.Float
            || token.Is(TokenKind.Operator, "[") || token.Is(TokenKind.Operator, "{")
            || (token.Kind == TokenKind.Name && token.Text is not ("else" or "or" or "and" or "if" or "in" or "not"));
    }

    private ArgumentList ParseArguments()
    {
        tokens.ExpectOperator("(");
        List<Expression> positional = [];
        List<(string, Expression)> named = [];
        while (!tokens.IsOperator(")"))
        {
            if (tokens.IsOperator("*") || tokens.IsOperator("**")) throw tokens.Error("'*' and '**' arguments are not supported");
            if (tokens.Current.Kind == TokenKind.Name && tokens.Following.Is(TokenKind.Operator, "="))
            {
                string name = tokens.Take().Text;
                tokens.ExpectOperator("=");
                named.Add((name, Parse()));
            }
            else
            {
                if (named.Count > 0) throw tokens.Error("a positional argument follows a named one");
                positional.Add(Parse());
            }

            if (!tokens.SkipOperator(",")) break;
        }

        tokens.ExpectOperator(")");
        return new ArgumentList(positional, named);
    }
}
