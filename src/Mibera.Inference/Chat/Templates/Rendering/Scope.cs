using System.Diagnostics.CodeAnalysis;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Rendering;

/// <summary>The variables of a template, a loop's iteration, a macro call or another block; those around it can be read but not set.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, TemplateValue> _variables = new(StringComparer.Ordinal);

    public bool TryGet(string name, [NotNullWhen(true)] out TemplateValue? value)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._variables.TryGetValue(name, out value)) return true;
        }

        value = null;
        return false;
    }

    private Scope? Outer { get; } = outer;

    public void Set(string name, TemplateValue value) => _variables[name] = value;
}
