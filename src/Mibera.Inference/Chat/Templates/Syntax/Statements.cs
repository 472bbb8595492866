namespace Mibera.Inference.Chat.Templates.Syntax;

/// <summary>A piece of the template; <paramref name="At"/> is its offset in the source.</summary>
internal abstract record Statement(int At);

internal sealed record TextStatement(int At, string Text) : Statement(At);

internal sealed record OutputStatement(int At, Expression Value) : Statement(At);

internal sealed record IfStatement(
    int At, IReadOnlyList<(Expression Test, IReadOnlyList<Statement> Body)> Branches, IReadOnlyList<Statement> Else) : Statement(At);

internal sealed record ForStatement(
    int At, AssignmentTarget Target, Expression Iterable, Expression? Filter, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Else)
    : Statement(At);

internal sealed record BreakStatement(int At) : Statement(At);

internal sealed record ContinueStatement(int At) : Statement(At);

internal sealed record SetStatement(int At, AssignmentTarget Target, Expression Value) : Statement(At);

/// <summary>A filter of <c>{% filter %}</c> or <c>{% set name | filter %}</c>, which applies to a rendered body.</summary>
internal sealed record BodyFilter(int At, string Name, ArgumentList Arguments);

/// <summary><c>{% set name %}...{% endset %}</c>: the variable becomes the rendered body.</summary>
internal sealed record SetBlockStatement(
    int At, AssignmentTarget Target, IReadOnlyList<BodyFilter> Filters, IReadOnlyList<Statement> Body) : Statement(At);

internal sealed record FilterBlockStatement(int At, IReadOnlyList<BodyFilter> Filters, IReadOnlyList<Statement> Body) : Statement(At);

/// <summary><c>{% with a = 1 %}</c>, and <c>{% generation %}</c> without assignments: a body with its own variables.</summary>
internal sealed record WithStatement(
    int At, IReadOnlyList<(AssignmentTarget Target, Expression Value)> Assignments, IReadOnlyList<Statement> Body) : Statement(At);

internal sealed record MacroParameter(string Name, Expression? Default);

internal sealed record MacroDefinition(int At, string Name, IReadOnlyList<MacroParameter> Parameters, IReadOnlyList<Statement> Body);

internal sealed record MacroStatement(int At, MacroDefinition Macro) : Statement(At);

/// <summary><c>{% call(args) macro(...) %}...{% endcall %}</c>: the macro sees the body as <c>caller</c>.</summary>
internal sealed record CallBlockStatement(int At, CallExpression Call, MacroDefinition Caller) : Statement(At);

/// <summary>What <c>set</c>, <c>for</c> and <c>with</c> assign to.</summary>
internal abstract record AssignmentTarget(int At);

internal sealed record NameTarget(int At, string Name) : AssignmentTarget(At);

/// <summary><c>namespace.attribute</c>, the one way out of a block's own variables.</summary>
internal sealed record AttributeTarget(int At, string Name, string Attribute) : AssignmentTarget(At);

internal sealed record TupleTarget(int At, IReadOnlyList<AssignmentTarget> Items) : AssignmentTarget(At);
