using System.Diagnostics;
using System.Numerics;
using Mibera.Inference.Chat.Templates.Functions;
using Mibera.Inference.Chat.Templates.Syntax;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Rendering;

/// <content>Expressions.</content>
internal sealed partial class Interpreter
{
    public TemplateValue Evaluate(Expression expression)
    {
        Context.Enter();
        var value = EvaluateNode(expression);
        Context.Leave();
        return value;
    }

    private TemplateValue EvaluateNode(Expression expression) => expression switch
    {
        LiteralExpression literal => literal.Value,
        NameExpression name => _scope.TryGet(name.Name, out var value) ? value : new UndefinedValue($"'{name.Name}' is undefined"),
        AttributeExpression attribute => Access.Attribute(At(attribute, Evaluate(attribute.Target)), attribute.Name, Context),
        ItemExpression item => Item(item),
        SliceExpression slice => Slice(slice),
        CallExpression call => Call(Evaluate(call.Target), Evaluate(call.Arguments), call.At),
        FilterExpression filter => ApplyFilter(filter),
        TestExpression test => BooleanValue.Of(ApplyTest(test)),
        LogicalExpression logical => Evaluate(logical.Left) is var left && left.IsTrue == logical.IsAnd ? Evaluate(logical.Right) : left,
        UnaryExpression unary => Unary(unary),
        BinaryExpression binary => Binary(binary),
        ComparisonExpression comparison => BooleanValue.Of(Compare(comparison)),
        ConcatenationExpression concatenation => Concatenate(concatenation),
        ConditionalExpression conditional => Conditional(conditional),
        ListExpression list => new ListValue(EvaluateAll(list.Items)),
        TupleExpression tuple => new TupleValue(EvaluateAll(tuple.Items)),
        MappingExpression mapping => Mapping(mapping),
        _ => throw new UnreachableException(expression.GetType().Name),
    };

    /// <summary>Notes where an operation is, now that its operands are evaluated.</summary>
    private TemplateValue At(Expression expression, TemplateValue operand)
    {
        Context.At = expression.At;
        return operand;
    }

    private TemplateValue[] EvaluateAll(IReadOnlyList<Expression> expressions)
    {
        if (expressions.Count == 0) return [];
        var values = new TemplateValue[expressions.Count];
        for (int i = 0; i < values.Length; i++) values[i] = Evaluate(expressions[i]);
        return values;
    }

    private CallArguments Evaluate(ArgumentList arguments)
    {
        if (arguments.Positional.Count + arguments.Named.Count == 0) return CallArguments.None;
        var positional = EvaluateAll(arguments.Positional);
        return new CallArguments(positional, [.. arguments.Named.Select(named => KeyValuePair.Create(named.Name, Evaluate(named.Value)))]);
    }

    private TemplateValue Item(ItemExpression item)
    {
        var target = Evaluate(item.Target);
        var index = Evaluate(item.Index);
        return Access.Item(At(item, target), index, Context);
    }

    private TemplateValue Slice(SliceExpression slice)
    {
        var target = Evaluate(slice.Target);
        var (start, stop, step) = (SlicePart(slice.Start), SlicePart(slice.Stop), SlicePart(slice.Step) ?? BigInteger.One);
        Context.At = slice.At;
        if (step.IsZero) throw Context.Error("slice step cannot be zero");
        return Access.Slice(target, start, stop, step, Context);
    }

    private BigInteger? SlicePart(Expression? expression)
    {
        if (expression is null) return null;
        var value = At(expression, Evaluate(expression));
        if (Numbers.TryInteger(value, out var number)) return number;
        return value is NoneValue ? null : throw Context.Error("slice indices must be integers or None");
    }

    private TemplateValue Call(TemplateValue callee, CallArguments arguments, int at)
    {
        Context.At = at;
        return callee switch
        {
            CallableValue callable => callable.Call(arguments, this),
            UndefinedValue undefined => throw Context.Error(undefined.Reason),
            _ => throw Context.Error($"'{callee.TypeName}' object is not callable"),
        };
    }

    private TemplateValue ApplyFilter(FilterExpression filter)
    {
        var value = Evaluate(filter.Target);
        var arguments = Evaluate(filter.Arguments);
        Context.At = filter.At;
        return Filters.Apply(filter.Name, value, arguments, this);
    }

    private bool ApplyTest(TestExpression test)
    {
        var value = Evaluate(test.Target);
        var arguments = Evaluate(test.Arguments);
        Context.At = test.At;
        return ValueTests.Apply(test.Name, value, arguments, Context);
    }

    private TemplateValue Unary(UnaryExpression unary)
    {
        var operand = At(unary, Evaluate(unary.Operand));
        if (unary.Operator == UnaryOperator.Not) return BooleanValue.Of(!operand.IsTrue);
        bool isMinus = unary.Operator == UnaryOperator.Minus;
        if (Numbers.TryInteger(operand, out var integer)) return new IntegerValue(isMinus ? -integer : integer);
        if (operand is FloatValue number) return new FloatValue(isMinus ? -number.Value : number.Value);
        throw Context.Error(operand is UndefinedValue undefined ? undefined.Reason
            : $"bad operand type for unary {(isMinus ? '-' : '+')}: '{operand.TypeName}'");
    }

    private TemplateValue Binary(BinaryExpression binary)
    {
        var left = Evaluate(binary.Left);
        var right = Evaluate(binary.Right);
        Context.At = binary.At;
        return Arithmetic.Apply(binary.Operator, left, right, Context);
    }

    private bool Compare(ComparisonExpression comparison)
    {
        var left = Evaluate(comparison.First);
        foreach (var (operation, operand) in comparison.Rest)
        {
            var right = Evaluate(operand);
            Context.At = comparison.At;
            if (!Comparisons.Apply(operation, left, right, Context)) return false;
            left = right;
        }

        return true;
    }

    private StringValue Concatenate(ConcatenationExpression concatenation)
    {
        var text = new BoundedText(Context);
        foreach (var part in concatenation.Parts) text.Append(PythonText.Of(Evaluate(part), Context));
        return new StringValue(text.ToString());
    }

    private TemplateValue Conditional(ConditionalExpression conditional)
    {
        if (Evaluate(conditional.Test).IsTrue) return Evaluate(conditional.Then);
        return conditional.Else is { } otherwise
            ? Evaluate(otherwise)
            : new UndefinedValue("the inline if-expression evaluated to false and no else section was defined");
    }

    private MappingValue Mapping(MappingExpression mapping)
    {
        List<KeyValuePair<TemplateValue, TemplateValue>> entries = [];
        foreach (var (key, value) in mapping.Entries)
        {
            var name = Keys.Hashable(At(mapping, Evaluate(key)), Context);
            entries.Add(new(name, Evaluate(value)));
        }

        return new MappingValue(entries);
    }
}
