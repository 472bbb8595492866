using System.Globalization;
using Mibera.Inference.Chat.Templates.Rendering;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Functions;

/// <summary>What filters look at in the items they sort, join or choose.</summary>
internal static class Keys
{
    /// <summary>The item behind a path like <c>function.name</c> or <c>0</c>; the item itself without a path.</summary>
    /// <param name="path">The filter's argument, or null.</param>
    /// <param name="context">The rendering.</param>
    /// <param name="otherwise">What stands in for an undefined item, or null for none.</param>
    public static Func<TemplateValue, TemplateValue> Attribute(TemplateValue? path, RenderContext context, TemplateValue? otherwise = null)
    {
        if (path is null or NoneValue) return item => item;
        TemplateValue[] parts = path is StringValue text ? [.. text.Value.Split('.').Select(Part)] : [path];
        return item =>
        {
            foreach (var part in parts)
            {
                item = Access.Item(item, part, context);
                if (item is UndefinedValue && otherwise is not null) item = otherwise;
            }

            return item;
        };
    }

    private static TemplateValue Part(string part) => part.Length > 0 && part.All(char.IsAsciiDigit) && part.Length < 10
        ? new IntegerValue(int.Parse(part, CultureInfo.InvariantCulture))
        : new StringValue(part);

    /// <summary>As <see cref="Attribute"/>, without upper and lower case unless <paramref name="isCaseSensitive"/>.</summary>
    public static Func<TemplateValue, TemplateValue> Comparable(TemplateValue? path, bool isCaseSensitive, RenderContext context)
    {
        var key = Attribute(path, context);
        return item => Folded(key(item), isCaseSensitive);
    }

    /// <summary>The value, which must be one that can be a key.</summary>
    public static TemplateValue Hashable(TemplateValue value, RenderContext context)
    {
        if (value is StringValue text) context.Scan(text.Value.Length);
        return KeyComparer.CanBeKey(value) ? value : throw context.Error($"unhashable type: '{value.TypeName}'");
    }

    public static TemplateValue Folded(TemplateValue value, bool isCaseSensitive) =>
        value is StringValue text && !isCaseSensitive ? new StringValue(text.Value.ToLowerInvariant()) : value;

    /// <summary>Sorts by merging: stable, and unlike the framework's sort it lets the errors of comparisons through as they are.</summary>
    public static TemplateValue[] Sorted(
        TemplateValue[] items, Func<TemplateValue, TemplateValue> key, bool isReversed, RenderContext context)
    {
        var source = Array.ConvertAll(items, item => (Key: key(item), Item: item));
        var target = new (TemplateValue Key, TemplateValue Item)[source.Length];
        for (long width = 1; width < source.Length; width *= 2)
        {
            for (long start = 0; start < source.Length; start += 2 * width)
            {
                int middle = (int)Math.Min(start + width, source.Length), end = (int)Math.Min(start + (2 * width), source.Length);
                Merge(source, target, (int)start, middle, end, isReversed, context);
            }

            (source, target) = (target, source);
        }

        return Array.ConvertAll(source, pair => pair.Item);
    }

    private static void Merge(
        (TemplateValue Key, TemplateValue Item)[] source, (TemplateValue Key, TemplateValue Item)[] target,
        int start, int middle, int end, bool isReversed, RenderContext context)
    {
        int left = start, right = middle;
        for (int at = start; at < end; at++)
        {
            // Equal keys keep their order, reversed or not: the right one goes first only if it must.
            bool takesRight = left == middle || (right < end && GoesFirst(source[right].Key, source[left].Key, isReversed, context));
            target[at] = takesRight ? source[right++] : source[left++];
        }
    }

    private static bool GoesFirst(TemplateValue candidate, TemplateValue other, bool isReversed, RenderContext context) =>
        Comparisons.Order(candidate, other, "<", context) is { } order && (isReversed ? order > 0 : order < 0);
}
