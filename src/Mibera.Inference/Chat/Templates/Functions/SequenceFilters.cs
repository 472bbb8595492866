using Mibera.Inference.Chat.Templates.Rendering;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Functions;

/// <summary>Filters on sequences and mappings as a whole.</summary>
internal static class SequenceFilters
{
    public static readonly Dictionary<string, Filter> All = new(StringComparer.Ordinal)
    {
        ["length"] = Length,
        ["count"] = Length,
        ["first"] = First,
        ["last"] = Last,
        ["list"] = (value, _, it) => new ListValue([.. Iteration.Over(value, it.Context)]),
        ["join"] = Join,
        ["reverse"] = Reverse,
        ["batch"] = Batch,
        ["items"] = Items,
        ["dictsort"] = DictSort,
        ["sort"] = Sort,
        ["unique"] = Unique,
        ["min"] = (value, arguments, it) => Extreme("min", value, arguments, it, sign: -1),
        ["max"] = (value, arguments, it) => Extreme("max", value, arguments, it, sign: 1),
        ["sum"] = Sum,
    };

    private static IntegerValue Length(TemplateValue value, CallArguments arguments, Interpreter it) =>
        new(Iteration.Length(value, it.Context) ?? throw it.Context.Error($"object of type '{value.TypeName}' has no len()"));

    private static TemplateValue First(TemplateValue value, CallArguments arguments, Interpreter it) =>
        Iteration.Over(value, it.Context).FirstOrDefault() ?? new UndefinedValue("No first item, sequence was empty.");

    private static TemplateValue Last(TemplateValue value, CallArguments arguments, Interpreter it)
    {
        if (value is SequenceValue { Items: [.., var last] }) return last;
        return Iteration.Over(value, it.Context).LastOrDefault() ?? new UndefinedValue("No last item, sequence was empty.");
    }

    private static StringValue Join(TemplateValue value, CallArguments arguments, Interpreter it)
    {
        var bound = arguments.Bind(it.Context, "join", "d", "attribute");
        var key = Keys.Attribute(bound[1], it.Context);
        string separator = bound.Text(0, "");
        var result = new BoundedText(it.Context);
        bool isFirst = true;
        foreach (var item in Iteration.Over(value, it.Context))
        {
            if (!isFirst) result.Append(separator);
            isFirst = false;
            result.Append(PythonText.Of(key(item), it.Context));
        }

        return new StringValue(result.ToString());
    }

    private static TemplateValue Reverse(TemplateValue value, CallArguments arguments, Interpreter it) => value is StringValue
        ? Access.Slice(value, null, null, -1, it.Context)
        : new GeneratorValue(Iteration.Over(value, it.Context).Reverse());

    private static GeneratorValue Batch(TemplateValue value, CallArguments arguments, Interpreter it)
    {
        var bound = arguments.Bind(it.Context, "batch", "linecount", "fill_with");
        int size = Math.Clamp(bound.Integer(0, 1), 1, TemplateLimits.RangeLength);
        return new GeneratorValue(Iteration.Over(value, it.Context).Chunk(size).Select(chunk => Filled(chunk, size, bound[1], it.Context)));
    }

    private static ListValue Filled(TemplateValue[] chunk, int size, TemplateValue? filler, RenderContext context)
    {
        if (filler is null or NoneValue) return new ListValue(chunk);
        context.Step(size);
        return new ListValue([.. chunk, .. Enumerable.Repeat(filler, size - chunk.Length)]);
    }

    private static GeneratorValue Items(TemplateValue value, CallArguments arguments, Interpreter it) => value switch
    {
        MappingValue mapping => new GeneratorValue(MappingMethods.Items(mapping, it.Context)),
        UndefinedValue => new GeneratorValue([]),
        _ => throw it.Context.Error("Can only get item pairs from a mapping."),
    };

    private static ListValue DictSort(TemplateValue value, CallArguments arguments, Interpreter it)
    {
        var bound = arguments.Bind(it.Context, "dictsort", "case_sensitive", "by", "reverse");
        if (value is not MappingValue mapping) throw it.Context.Error($"'{value.TypeName}' object has no attribute 'items'");
        int part = bound.Text(1, "key") switch
        {
            "key" => 0,
            "value" => 1,
            _ => throw it.Context.Error("You can only sort by either \"key\" or \"value\""),
        };
        bool isCaseSensitive = bound.Flag(0, false);
        return new ListValue(Keys.Sorted(
            [.. MappingMethods.Items(mapping, it.Context)], pair => Keys.Folded(((TupleValue)pair).Items[part], isCaseSensitive), bound.Flag(2, false), it.Context));
    }

    private static ListValue Sort(TemplateValue value, CallArguments arguments, Interpreter it)
    {
        var bound = arguments.Bind(it.Context, "sort", "reverse", "case_sensitive", "attribute");
        var key = Keys.Comparable(bound[2], bound.Flag(1, false), it.Context);
        return new ListValue(Keys.Sorted([.. Iteration.Over(value, it.Context)], key, bound.Flag(0, false), it.Context));
    }

    private static GeneratorValue Unique(TemplateValue value, CallArguments arguments, Interpreter it)
    {
        var bound = arguments.Bind(it.Context, "unique", "case_sensitive", "attribute");
        var key = Keys.Comparable(bound[1], bound.Flag(0, false), it.Context);
        var seen = new HashSet<TemplateValue>(KeyComparer.Instance);
        return new GeneratorValue(Iteration.Over(value, it.Context).Where(item => seen.Add(Keys.Hashable(key(item), it.Context))));
    }

    private static TemplateValue Extreme(string name, TemplateValue value, CallArguments arguments, Interpreter it, int sign)
    {
        var bound = arguments.Bind(it.Context, name, "case_sensitive", "attribute");
        var key = Keys.Comparable(bound[1], bound.Flag(0, false), it.Context);
        TemplateValue? best = null;
        foreach (var item in Iteration.Over(value, it.Context))
        {
            if (best is null || Comparisons.Order(key(item), key(best), sign < 0 ? "<" : ">", it.Context) * sign > 0) best = item;
        }

        return best ?? new UndefinedValue("No aggregated item, sequence was empty.");
    }

    private static TemplateValue Sum(TemplateValue value, CallArguments arguments, Interpreter it)
    {
        var bound = arguments.Bind(it.Context, "sum", "attribute", "start");
        var key = Keys.Attribute(bound[0], it.Context);
        var total = bound[1] ?? new IntegerValue(0);
        foreach (var item in Iteration.Over(value, it.Context)) total = Arithmetic.Apply(Syntax.BinaryOperator.Add, total, key(item), it.Context);
        return total;
    }
}
