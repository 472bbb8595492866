using Mibera.Inference.Chat.Templates.Rendering;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Functions;

/// <summary>Filters that apply a filter or a test to every item.</summary>
internal static class SelectionFilters
{
    public static readonly Dictionary<string, Filter> All = new(StringComparer.Ordinal)
    {
        ["map"] = Map,
        ["select"] = (value, arguments, it) => Choose(value, arguments, it, hasAttribute: false, keeps: true),
        ["reject"] = (value, arguments, it) => Choose(value, arguments, it, hasAttribute: false, keeps: false),
        ["selectattr"] = (value, arguments, it) => Choose(value, arguments, it, hasAttribute: true, keeps: true),
        ["rejectattr"] = (value, arguments, it) => Choose(value, arguments, it, hasAttribute: true, keeps: false),
    };

    /// <summary><c>map('filter', ...)</c> or <c>map(attribute='path', default=...)</c>.</summary>
    private static GeneratorValue Map(TemplateValue value, CallArguments arguments, Interpreter it)
    {
        var items = ItemsOf(value, it.Context);
        if (arguments.Positional.Count == 0)
        {
            var bound = arguments.Bind(it.Context, "map", "attribute", "default");
            var key = Keys.Attribute(bound.Required(0), it.Context, bound[1]);
            return new GeneratorValue(items.Select(key));
        }

        string name = PythonText.Of(arguments.Positional[0], it.Context);
        if (!Filters.Exists(name)) throw it.Context.Error($"No filter named '{name}'.");
        var rest = arguments.Skip(1);
        return new GeneratorValue(items.Select(item => Filters.Apply(name, item, rest, it)));
    }

    private static GeneratorValue Choose(TemplateValue value, CallArguments arguments, Interpreter it, bool hasAttribute, bool keeps)
    {
        int used = hasAttribute ? 1 : 0;
        if (arguments.Positional.Count < used) throw it.Context.Error("the name of an attribute is missing");
        var key = hasAttribute ? Keys.Attribute(arguments.Positional[0], it.Context) : item => item;
        var test = Test(arguments, used, it.Context);
        return new GeneratorValue(ItemsOf(value, it.Context).Where(item => test(key(item)) == keeps));
    }

    /// <summary>Jinja's filters of this group take every false value, none included, for an empty list.</summary>
    private static IEnumerable<TemplateValue> ItemsOf(TemplateValue value, RenderContext context) =>
        value.IsTrue ? Iteration.Over(value, context) : [];

    /// <summary>The test that is named after the attribute, or truth without one.</summary>
    private static Func<TemplateValue, bool> Test(CallArguments arguments, int used, RenderContext context)
    {
        if (arguments.Positional.Count == used) return item => item.IsTrue;
        string name = PythonText.Of(arguments.Positional[used], context);
        if (!ValueTests.Exists(name)) throw context.Error($"No test named '{name}'.");
        var rest = arguments.Skip(used + 1);
        return item => ValueTests.Apply(name, item, rest, context);
    }
}
