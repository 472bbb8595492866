using System.Collections.Frozen;
using System.Numerics;
using Mibera.Inference.Chat.Templates.Rendering;
using Mibera.Inference.Chat.Templates.Syntax;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Functions;

/// <summary>The tests of Jinja (what stands behind <c>is</c>), by name.</summary>
internal static class ValueTests
{
    private delegate bool Test(TemplateValue value, CallArguments arguments, RenderContext context);

    private static readonly FrozenDictionary<string, Test> Table = new Dictionary<string, Test>(StringComparer.Ordinal)
    {
        ["defined"] = Plain(value => value is not UndefinedValue),
        ["undefined"] = Plain(value => value is UndefinedValue),
        ["none"] = Plain(value => value is NoneValue),
        ["boolean"] = Plain(value => value is BooleanValue),
        ["true"] = Plain(value => value is BooleanValue { IsTrue: true }),
        ["false"] = Plain(value => value is BooleanValue { IsTrue: false }),
        ["integer"] = Plain(value => value is IntegerValue),
        ["float"] = Plain(value => value is FloatValue),
        ["number"] = Plain(value => Numbers.IsNumber(value)),
        ["string"] = Plain(value => value is StringValue),
        ["mapping"] = Plain(value => value is MappingValue),
        ["iterable"] = Plain(value => Iteration.IsIterable(value)),
        ["sequence"] = Plain(value => value is SequenceValue or StringValue or MappingValue or UndefinedValue),
        ["callable"] = Plain(value => value is CallableValue),
        ["escaped"] = Plain(_ => false),
        ["lower"] = (value, _, context) => HasCase(value, char.IsLower, char.IsUpper, context),
        ["upper"] = (value, _, context) => HasCase(value, char.IsUpper, char.IsLower, context),
        ["odd"] = (value, _, context) => Remainder(value, 2, context) == 1,
        ["even"] = (value, _, context) => Remainder(value, 2, context) == 0,
        ["divisibleby"] = IsDivisible,
        ["sameas"] = IsSame,
        ["filter"] = Plain(value => value is StringValue name && Filters.Exists(name.Value)),
        ["test"] = Plain(value => value is StringValue name && Exists(name.Value)),
        ["in"] = Comparing(ComparisonOperator.In),
        ["eq"] = Comparing(ComparisonOperator.Equal),
        ["equalto"] = Comparing(ComparisonOperator.Equal),
        ["=="] = Comparing(ComparisonOperator.Equal),
        ["ne"] = Comparing(ComparisonOperator.NotEqual),
        ["!="] = Comparing(ComparisonOperator.NotEqual),
        ["lt"] = Comparing(ComparisonOperator.Less),
        ["lessthan"] = Comparing(ComparisonOperator.Less),
        ["<"] = Comparing(ComparisonOperator.Less),
        ["le"] = Comparing(ComparisonOperator.LessOrEqual),
        ["<="] = Comparing(ComparisonOperator.LessOrEqual),
        ["gt"] = Comparing(ComparisonOperator.Greater),
        ["greaterthan"] = Comparing(ComparisonOperator.Greater),
        [">"] = Comparing(ComparisonOperator.Greater),
        ["ge"] = Comparing(ComparisonOperator.GreaterOrEqual),
        [">="] = Comparing(ComparisonOperator.GreaterOrEqual),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static bool Exists(string name) => Table.ContainsKey(name);

    /// <exception cref="ChatTemplateException">There is no such test, or it fails.</exception>
    public static bool Apply(string name, TemplateValue value, CallArguments arguments, RenderContext context) =>
        Table.TryGetValue(name, out var test) ? test(value, arguments, context) : throw context.Error($"No test named '{name}'.");

    private static Test Plain(Func<TemplateValue, bool> test) => (value, arguments, context) =>
    {
        arguments.Bind(context, "the test");
        return test(value);
    };

    private static Test Comparing(ComparisonOperator operation) => (value, arguments, context) =>
        Comparisons.Apply(operation, value, Only(arguments, context), context);

    private static TemplateValue Only(CallArguments arguments, RenderContext context) =>
        arguments.Bind(context, "the test", "other").Required(0);

    private static bool IsDivisible(TemplateValue value, CallArguments arguments, RenderContext context)
    {
        if (!Numbers.TryInteger(Only(arguments, context), out var divisor) || divisor.IsZero)
            throw context.Error("divisibleby needs an integer other than 0");
        return Remainder(value, divisor, context).IsZero;
    }

    private static BigInteger Remainder(TemplateValue value, BigInteger divisor, RenderContext context)
    {
        var operand = Arithmetic.Apply(BinaryOperator.Modulo, value, new IntegerValue(divisor), context);
        return Numbers.TryInteger(operand, out var remainder)
            ? remainder
            : throw context.Error($"the test needs an integer, not '{value.TypeName}'");
    }

    private static bool IsSame(TemplateValue value, CallArguments arguments, RenderContext context)
    {
        var other = Only(arguments, context);
        // Immutable values have no identity that a template could rely on; small integers and literals are the same in Python too.
        return ReferenceEquals(value, other)
            || (value.GetType() == other.GetType() && KeyComparer.CanBeKey(value) && KeyComparer.Instance.Equals(value, other));
    }

    private static bool HasCase(TemplateValue value, Func<char, bool> wanted, Func<char, bool> unwanted, RenderContext context)
    {
        string text = PythonText.Of(value, context);
        context.ScanSlowly(text.Length);
        return text.Any(wanted) && !text.Any(unwanted);
    }
}
