using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Rendering;

/// <summary>The elements of values, each paid for as it is visited.</summary>
internal static class Iteration
{
    /// <summary>Characters of a string, items of a sequence, keys of a mapping; nothing of what is undefined.</summary>
    public static IEnumerable<TemplateValue> Over(TemplateValue value, RenderContext context)
    {
        var items = value switch
        {
            SequenceValue sequence => sequence.Items,
            MappingValue mapping => mapping.Entries.Keys,
            StringValue text => CodePoints.Each(text.Value).Select(character => new StringValue(character)),
            GeneratorValue generator => generator.Take(),
            UndefinedValue => [],
            NoneValue when value == NoneValue.Absent => [],
            _ => throw context.Error($"'{value.TypeName}' object is not iterable"),
        };
        return Paid(items, context);
    }

    private static IEnumerable<TemplateValue> Paid(IEnumerable<TemplateValue> items, RenderContext context)
    {
        foreach (var item in items)
        {
            context.Step();
            yield return item;
        }
    }

    public static bool IsIterable(TemplateValue value) =>
        value is SequenceValue or MappingValue or StringValue or GeneratorValue or UndefinedValue;

    /// <summary>What Python's <c>len()</c> gives, or null for a value without a length.</summary>
    public static int? Length(TemplateValue value, RenderContext context)
    {
        if (value is StringValue { Value: var text })
        {
            context.Scan(text.Length);
            return CodePoints.Count(text);
        }

        return value switch
        {
            SequenceValue sequence => sequence.Items.Count,
            MappingValue mapping => mapping.Entries.Count,
            UndefinedValue => 0,
            _ => null,
        };
    }
}
