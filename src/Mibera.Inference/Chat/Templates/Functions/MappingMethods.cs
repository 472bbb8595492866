using Mibera.Inference.Chat.Templates.Rendering;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Functions;

/// <summary>The methods of <c>dict</c> that do not change it; the others are refused, as in Jinja's immutable sandbox.</summary>
internal static class MappingMethods
{
    public static FunctionValue? Find(MappingValue mapping, string name, RenderContext context) => name switch
    {
        "get" => new FunctionValue(name, (arguments, it) => Get(mapping, arguments, it.Context)),
        "items" => new FunctionValue(name, (_, it) => new ListValue([.. Items(mapping, it.Context)])),
        "keys" => new FunctionValue(name, (_, it) => new ListValue([.. Iteration.Over(mapping, it.Context)])),
        "values" => new FunctionValue(name, (_, it) => Values(mapping, it.Context)),
        "copy" => new FunctionValue(name, (_, _) => mapping),
        "clear" or "pop" or "popitem" or "setdefault" or "update" => throw Access.Unsafe(mapping, name, context),
        _ => null,
    };

    /// <summary>The entries as tuples of key and value.</summary>
    public static IEnumerable<TemplateValue> Items(MappingValue mapping, RenderContext context)
    {
        foreach (var (key, value) in mapping.Entries)
        {
            context.Step();
            yield return new TupleValue([key, value]);
        }
    }

    private static ListValue Values(MappingValue mapping, RenderContext context)
    {
        context.Step(mapping.Entries.Count);
        return new ListValue([.. mapping.Entries.Values]);
    }

    private static TemplateValue Get(MappingValue mapping, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind(context, "get", "key", "default");
        return mapping.TryGet(bound.Required(0), context, out var value) ? value : bound[1] ?? NoneValue.Instance;
    }
}
