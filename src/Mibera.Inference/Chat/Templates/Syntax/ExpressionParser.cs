namespace Mibera.Inference.Chat.Templates.Syntax;

/// <summary>
/// Operators by precedence, as Jinja 3.1 has them: loosest first, each method calling the next tighter one. Jinja's own oddities are kept:
/// <c>**</c> groups to the left, and unary minus binds tighter than it.
/// </summary>
internal sealed partial class ExpressionParser(TokenReader tokens)
{
    /// <summary>A single expression.</summary>
    public Expression Parse()
    {
        tokens.Enter();
        var value = ParseConditional();
        tokens.Leave();
        return value;
    }

    /// <summary>An expression or, with commas, a tuple without parentheses (<c>set a = 1, 2</c>).</summary>
    public Expression ParseTupleOrExpression() => ParseTuple(allowConditional: true);

    /// <summary>What a <c>for</c> loop iterates: an <c>if</c> after it belongs to the loop.</summary>
    public Expression ParseIterable() => ParseTuple(allowConditional: false);

    private Expression ParseConditional()
    {
        var value = ParseOr();
        while (tokens.IsName("if"))
        {
            int at = tokens.Take().At;
            var test = ParseOr();
            Expression? otherwise = tokens.SkipName("else") ? Parse() : null;
            value = new ConditionalExpression(at, test, value, otherwise);
        }

        return value;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (tokens.IsName("or")) left = new LogicalExpression(tokens.Take().At, IsAnd: false, left, ParseAnd());
        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (tokens.IsName("and")) left = new LogicalExpression(tokens.Take().At, IsAnd: true, left, ParseNot());
        return left;
    }

    private Expression ParseNot()
    {
        if (!tokens.IsName("not")) return ParseComparison();
        tokens.Enter();
        var result = new UnaryExpression(tokens.Take().At, UnaryOperator.Not, ParseNot());
        tokens.Leave();
        return result;
    }

    private Expression ParseComparison()
    {
        int at = tokens.Current.At;
        var first = ParseSum();
        List<(ComparisonOperator, Expression)> rest = [];
        while (TakeComparison() is { } comparison) rest.Add((comparison, ParseSum()));
        return rest.Count == 0 ? first : new ComparisonExpression(at, first, rest);
    }

    private ComparisonOperator? TakeComparison()
    {
        if (tokens.SkipName("in")) return ComparisonOperator.In;
        if (tokens.IsName("not") && tokens.Following.Is(TokenKind.Name, "in"))
        {
            tokens.Take();
            tokens.Take();
            return ComparisonOperator.NotIn;
        }

        if (tokens.Current.Kind != TokenKind.Operator) return null;
        ComparisonOperator? found = tokens.Current.Text switch
        {
            "==" => ComparisonOperator.Equal,
            "!=" => ComparisonOperator.NotEqual,
            "<" => ComparisonOperator.Less,
            "<=" => ComparisonOperator.LessOrEqual,
            ">" => ComparisonOperator.Greater,
            ">=" => ComparisonOperator.GreaterOrEqual,
            _ => null,
        };
        if (found is not null) tokens.Take();
        return found;
    }

    private Expression ParseSum()
    {
        var left = ParseConcatenation();
        while (tokens.IsOperator("+") || tokens.IsOperator("-"))
        {
            var sign = tokens.Take();
            left = new BinaryExpression(sign.At, sign.Text == "+" ? BinaryOperator.Add : BinaryOperator.Subtract, left, ParseConcatenation());
        }

        return left;
    }

    private Expression ParseConcatenation()
    {
        int at = tokens.Current.At;
        var first = ParseProduct();
        if (!tokens.IsOperator("~")) return first;
        List<Expression> parts = [first];
        while (tokens.SkipOperator("~")) parts.Add(ParseProduct());
        return new ConcatenationExpression(at, parts);
    }

    private Expression ParseProduct()
    {
        var left = ParsePower();
        while (ProductOperator() is { } operation) left = new BinaryExpression(tokens.Take().At, operation, left, ParsePower());
        return left;
    }

    private BinaryOperator? ProductOperator() => tokens.Current.Kind != TokenKind.Operator ? null : tokens.Current.Text switch
    {
        "*" => BinaryOperator.Multiply,
        "/" => BinaryOperator.Divide,
        "//" => BinaryOperator.FloorDivide,
        "%" => BinaryOperator.Modulo,
        _ => null,
    };

    private Expression ParsePower()
    {
        var left = ParseUnary(withFilters: true);
        while (tokens.IsOperator("**")) left = new BinaryExpression(tokens.Take().At, BinaryOperator.Power, left, ParseUnary(withFilters: true));
        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        Expression value;
        if (tokens.IsOperator("-") || tokens.IsOperator("+"))
        {
            tokens.Enter();
            var sign = tokens.Take();
            value = new UnaryExpression(sign.At, sign.Text == "-" ? UnaryOperator.Minus : UnaryOperator.Plus, ParseUnary(withFilters: false));
            tokens.Leave();
        }
        else
        {
            value = ParsePrimary();
        }

        value = ParsePostfix(value);
        return withFilters ? ParseFiltersAndTests(value) : value;
    }
}
