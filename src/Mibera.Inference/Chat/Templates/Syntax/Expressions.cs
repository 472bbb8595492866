using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Syntax;

/// <summary>An expression; <paramref name="At"/> is the offset in the source that its errors name.</summary>
internal abstract record Expression(int At);

internal sealed record LiteralExpression(int At, TemplateValue Value) : Expression(At);

internal sealed record NameExpression(int At, string Name) : Expression(At);

internal sealed record ListExpression(int At, IReadOnlyList<Expression> Items) : Expression(At);

internal sealed record TupleExpression(int At, IReadOnlyList<Expression> Items) : Expression(At);

internal sealed record MappingExpression(int At, IReadOnlyList<(Expression Key, Expression Value)> Entries) : Expression(At);

internal enum UnaryOperator
{
    Not,
    Minus,
    Plus,
}

internal sealed record UnaryExpression(int At, UnaryOperator Operator, Expression Operand) : Expression(At);

internal enum BinaryOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
}

internal sealed record BinaryExpression(int At, BinaryOperator Operator, Expression Left, Expression Right) : Expression(At);

/// <summary><c>and</c> and <c>or</c>: the right side is evaluated only when it decides.</summary>
internal sealed record LogicalExpression(int At, bool IsAnd, Expression Left, Expression Right) : Expression(At);

/// <summary><c>a ~ b ~ c</c>: the texts of all parts.</summary>
internal sealed record ConcatenationExpression(int At, IReadOnlyList<Expression> Parts) : Expression(At);

internal enum ComparisonOperator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

/// <summary><c>a &lt; b &lt; c</c>, which as in Python means <c>a &lt; b and b &lt; c</c>.</summary>
internal sealed record ComparisonExpression(int At, Expression First, IReadOnlyList<(ComparisonOperator Operator, Expression Operand)> Rest)
    : Expression(At);

/// <summary><c>a if test else b</c>; undefined where the test fails and there is no else.</summary>
internal sealed record ConditionalExpression(int At, Expression Test, Expression Then, Expression? Else) : Expression(At);

/// <summary><c>target.name</c>.</summary>
internal sealed record AttributeExpression(int At, Expression Target, string Name) : Expression(At);

/// <summary><c>target[index]</c>.</summary>
internal sealed record ItemExpression(int At, Expression Target, Expression Index) : Expression(At);

/// <summary><c>target[start:stop:step]</c>.</summary>
internal sealed record SliceExpression(int At, Expression Target, Expression? Start, Expression? Stop, Expression? Step) : Expression(At);

internal sealed record ArgumentList(IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named)
{
    public static readonly ArgumentList Empty = new([], []);
}

internal sealed record CallExpression(int At, Expression Target, ArgumentList Arguments) : Expression(At);

internal sealed record FilterExpression(int At, Expression Target, string Name, ArgumentList Arguments) : Expression(At);

/// <summary><c>target is name(arguments)</c>.</summary>
internal sealed record TestExpression(int At, Expression Target, string Name, ArgumentList Arguments) : Expression(At);
