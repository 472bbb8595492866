using Mibera.Inference.Chat.Templates.Syntax;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Rendering;

/// <summary>A macro with the variables around its definition.</summary>
internal sealed class MacroValue(MacroDefinition definition, Scope scope) : CallableValue
{
    private const string CallerName = "caller";

    public override string TypeName => $"Macro '{definition.Name}'";

    /// <summary>Renders the macro's body with the arguments as its variables.</summary>
    public override TemplateValue Call(CallArguments arguments, Interpreter interpreter)
    {
        var parameters = definition.Parameters;
        if (arguments.Positional.Count > parameters.Count)
            throw interpreter.Context.Error($"macro '{definition.Name}' takes not more than {parameters.Count} argument(s)");
        var variables = new Scope(scope);
        foreach (var (name, value) in arguments.Named) SetNamed(variables, name, value, arguments.Positional.Count, interpreter);
        for (int i = 0; i < parameters.Count; i++)
        {
            if (i < arguments.Positional.Count) variables.Set(parameters[i].Name, arguments.Positional[i]);
            else if (!arguments.Named.Any(argument => argument.Key == parameters[i].Name)) SetDefault(variables, parameters[i], interpreter);
        }

        return interpreter.Capture(definition.Body, variables);
    }

    private void SetNamed(Scope variables, string name, TemplateValue value, int positional, Interpreter interpreter)
    {
        int index = Enumerable.Range(0, definition.Parameters.Count).FirstOrDefault(i => definition.Parameters[i].Name == name, -1);
        if (index < 0 && name != CallerName)
            throw interpreter.Context.Error($"macro '{definition.Name}' takes no keyword argument '{name}'");
        if (index >= 0 && index < positional)
            throw interpreter.Context.Error($"macro '{definition.Name}' got the argument '{name}' twice");
        variables.Set(name, value);
    }

    /// <summary>Defaults see the arguments before them.</summary>
    private static void SetDefault(Scope variables, MacroParameter parameter, Interpreter interpreter) => variables.Set(
        parameter.Name,
        parameter.Default is { } value
            ? interpreter.EvaluateIn(value, variables)
            : new UndefinedValue($"parameter '{parameter.Name}' was not provided"));

    /// <summary>The arguments with the body of a <c>call</c> block as <c>caller</c>.</summary>
    public static CallArguments WithCaller(CallArguments arguments, MacroValue caller) =>
        arguments with { Named = [.. arguments.Named, new(CallerName, caller)] };
}
