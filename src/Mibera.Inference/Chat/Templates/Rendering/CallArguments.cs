using System.Numerics;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Rendering;

/// <summary>The evaluated arguments of a call, a filter or a test.</summary>
internal sealed record CallArguments(IReadOnlyList<TemplateValue> Positional, IReadOnlyList<KeyValuePair<string, TemplateValue>> Named)
{
    public static readonly CallArguments None = new([], []);

    /// <summary>The arguments in the order of the callee's parameters.</summary>
    /// <exception cref="ChatTemplateException">Too many arguments, one of an unknown name, or one given twice.</exception>
    public BoundArguments Bind(RenderContext context, string callee, params ReadOnlySpan<string> parameters)
    {
        if (Positional.Count > parameters.Length)
            throw context.Error($"{callee} takes at most {parameters.Length} argument(s), {Positional.Count} given");
        var values = new TemplateValue?[parameters.Length];
        for (int i = 0; i < Positional.Count; i++) values[i] = Positional[i];
        foreach (var (name, value) in Named)
        {
            int index = parameters.IndexOf(name);
            if (index < 0) throw context.Error($"{callee} takes no argument '{name}'");
            if (values[index] is not null) throw context.Error($"{callee} got the argument '{name}' twice");
            values[index] = value;
        }

        return new BoundArguments(values, context, callee);
    }

    /// <summary>The arguments from the <paramref name="count"/>th on, for filters that hand them to another filter or test.</summary>
    public CallArguments Skip(int count) => this with { Positional = [.. Positional.Skip(count)] };
}

/// <summary>Arguments by the index of their parameter.</summary>
internal readonly struct BoundArguments(TemplateValue?[] values, RenderContext context, string callee)
{
    /// <summary>The argument, or null if it was not given.</summary>
    public TemplateValue? this[int index] => values[index];

    public TemplateValue Required(int index) => values[index] ?? throw context.Error($"{callee} lacks its argument number {index + 1}");

    /// <summary>The argument's text, or <paramref name="otherwise"/> if it was not given or is none.</summary>
    public string Text(int index, string otherwise) => values[index] is null or NoneValue ? otherwise : PythonText.Of(values[index]!, context);

    public string RequiredText(int index) => PythonText.Of(Required(index), context);

    public bool Flag(int index, bool otherwise) => values[index]?.IsTrue ?? otherwise;

    /// <summary>The argument as an integer within 32 bits (beyond them the nearest), or <paramref name="otherwise"/>.</summary>
    public int Integer(int index, int otherwise)
    {
        if (values[index] is null or NoneValue) return otherwise;
        if (!Numbers.TryInteger(values[index]!, out var number))
            throw context.Error($"{callee}: '{values[index]!.TypeName}' object cannot be interpreted as an integer");
        return (int)BigInteger.Clamp(number, int.MinValue, int.MaxValue);
    }
}
