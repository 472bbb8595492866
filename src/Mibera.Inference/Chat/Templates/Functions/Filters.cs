using System.Collections.Frozen;
using Mibera.Inference.Chat.Templates.Rendering;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Functions;

/// <summary>A filter: the value before the bar, the arguments behind its name.</summary>
internal delegate TemplateValue Filter(TemplateValue value, CallArguments arguments, Interpreter interpreter);

/// <summary>The filters of Jinja that chat templates use, by name.</summary>
internal static class Filters
{
    private static readonly FrozenDictionary<string, Filter> Table =
        TextFilters.All.Concat(SequenceFilters.All).Concat(SelectionFilters.All).Concat(ValueFilters.All).ToFrozenDictionary(StringComparer.Ordinal);

    public static bool Exists(string name) => Table.ContainsKey(name);

    /// <exception cref="ChatTemplateException">There is no such filter, or it fails.</exception>
    public static TemplateValue Apply(string name, TemplateValue value, CallArguments arguments, Interpreter interpreter) =>
        Table.TryGetValue(name, out var filter)
            ? filter(value, arguments, interpreter)
            : throw interpreter.Context.Error($"No filter named '{name}'.");
}
