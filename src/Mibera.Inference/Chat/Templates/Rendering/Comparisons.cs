using Mibera.Inference.Chat.Templates.Syntax;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Rendering;

/// <summary>Python's <c>==</c>, <c>&lt;</c> and <c>in</c>.</summary>
internal static class Comparisons
{
    public static bool Apply(ComparisonOperator operation, TemplateValue left, TemplateValue right, RenderContext context) => operation switch
    {
        ComparisonOperator.Equal => AreEqual(left, right, context),
        ComparisonOperator.NotEqual => !AreEqual(left, right, context),
        ComparisonOperator.Less => Order(left, right, "<", context) is < 0,
        ComparisonOperator.LessOrEqual => Order(left, right, "<=", context) is <= 0,
        ComparisonOperator.Greater => Order(left, right, ">", context) is > 0,
        ComparisonOperator.GreaterOrEqual => Order(left, right, ">=", context) is >= 0,
        ComparisonOperator.In => Contains(right, left, context),
        _ => !Contains(right, left, context),
    };

    public static bool AreEqual(TemplateValue left, TemplateValue right, RenderContext context)
    {
        if (Math.Max(left.Depth, right.Depth) > TemplateLimits.ValueDepth)
            throw context.Error($"a value nested deeper than {TemplateLimits.ValueDepth} levels");
        return Equal(left, right, context);
    }

    private static bool Equal(TemplateValue left, TemplateValue right, RenderContext context)
    {
        context.Step();
        if (Numbers.IsNumber(left)) return Numbers.TryCompare(left, right, out int order) && order == 0;
        return (left, right) switch
        {
            (StringValue a, StringValue b) => TextsEqual(a.Value, b.Value, context),
            (UndefinedValue, UndefinedValue) => true,
            (SequenceValue a, SequenceValue b) => a.GetType() == b.GetType() && ItemsEqual(a.Items, b.Items, context),
            (MappingValue a, MappingValue b) => EntriesEqual(a, b, context),
            (NoneValue, NoneValue) => true,
            _ => ReferenceEquals(left, right),
        };
    }

    private static bool TextsEqual(string left, string right, RenderContext context)
    {
        if (left.Length != right.Length) return false;
        context.Scan(left.Length);
        return left == right;
    }

    private static bool ItemsEqual(IReadOnlyList<TemplateValue> left, IReadOnlyList<TemplateValue> right, RenderContext context)
    {
        if (left.Count != right.Count) return false;
        for (int i = 0; i < left.Count; i++)
        {
            if (!Equal(left[i], right[i], context)) return false;
        }

        return true;
    }

    private static bool EntriesEqual(MappingValue left, MappingValue right, RenderContext context)
    {
        if (left.Entries.Count != right.Entries.Count) return false;
        foreach (var (key, value) in left.Entries)
        {
            if (!right.TryGet(key, context, out var other) || !Equal(value, other, context)) return false;
        }

        return true;
    }

    /// <summary>Negative, zero or positive; null where a NaN makes every comparison false.</summary>
    public static int? Order(TemplateValue left, TemplateValue right, string sign, RenderContext context)
    {
        if (Math.Max(left.Depth, right.Depth) > TemplateLimits.ValueDepth)
            throw context.Error($"a value nested deeper than {TemplateLimits.ValueDepth} levels");
        context.Step();
        switch (left, right)
        {
            case (UndefinedValue undefined, _): throw context.Error(undefined.Reason);
            case (_, UndefinedValue undefined): throw context.Error(undefined.Reason);
            case (StringValue a, StringValue b):
                context.Scan(Math.Min(a.Value.Length, b.Value.Length));
                return CodePoints.Compare(a.Value, b.Value);
            case (SequenceValue a, SequenceValue b) when a.GetType() == b.GetType(): return OrderItems(a.Items, b.Items, sign, context);
            default:
                if (Numbers.TryCompare(left, right, out int order)) return order;
                if (Numbers.IsNumber(left) && Numbers.IsNumber(right)) return null;
                throw context.Error($"'{sign}' not supported between instances of '{left.TypeName}' and '{right.TypeName}'");
        }
    }

    private static int? OrderItems(IReadOnlyList<TemplateValue> left, IReadOnlyList<TemplateValue> right, string sign, RenderContext context)
    {
        for (int i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            if (!AreEqual(left[i], right[i], context)) return Order(left[i], right[i], sign, context);
        }

        return left.Count.CompareTo(right.Count);
    }

    private static bool Contains(TemplateValue container, TemplateValue item, RenderContext context)
    {
        switch (container)
        {
            case StringValue text:
                if (item is not StringValue part)
                    throw context.Error(item is UndefinedValue missing ? missing.Reason
                        : $"'in <string>' requires string as left operand, not {item.TypeName}");
                context.Search(text.Value.Length, part.Value.Length);
                return text.Value.Contains(part.Value, StringComparison.Ordinal);
            case MappingValue mapping:
                return mapping.TryGet(item, context, out _);
            default:
                foreach (var candidate in Iteration.Over(container, context))
                {
                    if (AreEqual(candidate, item, context)) return true;
                }

                return false;
        }
    }
}
