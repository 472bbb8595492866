using System.Globalization;
using System.Text;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Syntax;

/// <content>Literals and names.</content>
internal sealed partial class ExpressionParser
{
    private Expression ParsePrimary()
    {
        var token = tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                tokens.Take();
                return NamedConstant(token.Text) is { } constant
                    ? new LiteralExpression(token.At, constant)
                    : new NameExpression(token.At, token.Text);
            case TokenKind.String: return ParseString();
            case TokenKind.Integer: return new LiteralExpression(token.At, ParseInteger(tokens.Take()));
            case TokenKind.Float: return new LiteralExpression(token.At, ParseFloat(tokens.Take()));
            case TokenKind.Operator when token.Text is "(": return ParseParentheses();
            case TokenKind.Operator when token.Text is "[": return ParseList();
            case TokenKind.Operator when token.Text is "{": return ParseMapping();
            default: throw tokens.Unexpected("an expression");
        }
    }

    private static TemplateValue? NamedConstant(string name) => name switch
    {
        "true" or "True" => BooleanValue.True,
        "false" or "False" => BooleanValue.False,
        "none" or "None" => NoneValue.Instance,
        _ => null,
    };

    /// <summary>Strings that follow each other are one, as in Python.</summary>
    private LiteralExpression ParseString()
    {
        var first = tokens.Take();
        if (tokens.Current.Kind != TokenKind.String) return new LiteralExpression(first.At, new StringValue(first.Text));
        var text = new StringBuilder(first.Text);
        while (tokens.Current.Kind == TokenKind.String) text.Append(tokens.Take().Text);
        return new LiteralExpression(first.At, new StringValue(text.ToString()));
    }

    private IntegerValue ParseInteger(Token token)
    {
        string digits = token.Text.Replace("_", "", StringComparison.Ordinal);
        bool isPrefixed = digits.Length > 1 && digits[0] == '0' && !char.IsAsciiDigit(digits[1]);
        var value = isPrefixed ? Numbers.ParsePrefixed(digits) : Numbers.ParseDecimal(digits);
        bool hasLeadingZero = !isPrefixed && digits[0] == '0' && value is { IsZero: false };
        if (value is null || hasLeadingZero) throw tokens.Error(token.At, $"'{token.Text}' is no number");
        return new IntegerValue(value.Value);
    }

    private static FloatValue ParseFloat(Token token) =>
        new(double.Parse(token.Text.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture));

    private Expression ParseParentheses()
    {
        int at = tokens.ExpectOperator("(").At;
        if (tokens.SkipOperator(")")) return new TupleExpression(at, []);
        var value = ParseTuple(allowConditional: true);
        tokens.ExpectOperator(")");
        return value;
    }

    private ListExpression ParseList()
    {
        int at = tokens.ExpectOperator("[").At;
        List<Expression> items = [];
        while (!tokens.IsOperator("]"))
        {
            items.Add(Parse());
            if (!tokens.SkipOperator(",")) break;
        }

        tokens.ExpectOperator("]");
        return new ListExpression(at, items);
    }

    private MappingExpression ParseMapping()
    {
        int at = tokens.ExpectOperator("{").At;
        List<(Expression, Expression)> entries = [];
        while (!tokens.IsOperator("}"))
        {
            var key = Parse();
            tokens.ExpectOperator(":");
            entries.Add((key, Parse()));
            if (!tokens.SkipOperator(",")) break;
        }

        tokens.ExpectOperator("}");
        return new MappingExpression(at, entries);
    }

    /// <summary>One expression, or several with commas, up to a token that cannot begin one.</summary>
    private Expression ParseTuple(bool allowConditional)
    {
        int at = tokens.Current.At;
        List<Expression> items = [];
        bool isTuple = false;
        while (!EndsTuple())
        {
            items.Add(allowConditional ? Parse() : ParseUnconditional());
            if (!tokens.SkipOperator(",")) break;
            isTuple = true;
        }

        if (items.Count == 0) throw tokens.Unexpected("an expression");
        return isTuple ? new TupleExpression(at, items) : items[0];
    }

    private Expression ParseUnconditional()
    {
        tokens.Enter();
        var value = ParseOr();
        tokens.Leave();
        return value;
    }

    private bool EndsTuple() => tokens.Current.Kind is TokenKind.OutputEnd or TokenKind.BlockEnd || tokens.IsOperator(")");
}
