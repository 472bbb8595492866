using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Rendering;

/// <summary>A value that can be called.</summary>
internal abstract class CallableValue : TemplateValue
{
    public abstract TemplateValue Call(CallArguments arguments, Interpreter interpreter);
}

/// <summary>A global function, or a method of a value with its value bound.</summary>
internal sealed class FunctionValue(string name, Func<CallArguments, Interpreter, TemplateValue> body) : CallableValue
{
    public override string TypeName => $"function {name}";

    public override TemplateValue Call(CallArguments arguments, Interpreter interpreter) => body(arguments, interpreter);
}

/// <summary>The variable <c>loop</c> within a <c>for</c>.</summary>
internal sealed class LoopValue(IReadOnlyList<TemplateValue> items) : TemplateValue
{
    private IReadOnlyList<TemplateValue>? _lastChecked;

    /// <summary>Index of the current item, from 0.</summary>
    public int Index { get; set; }

    public override string TypeName => "LoopContext";

    public TemplateValue? Attribute(string name) => name switch
    {
        "index" => new IntegerValue(Index + 1),
        "index0" => new IntegerValue(Index),
        "revindex" => new IntegerValue(items.Count - Index),
        "revindex0" => new IntegerValue(items.Count - Index - 1),
        "first" => BooleanValue.Of(Index == 0),
        "last" => BooleanValue.Of(Index == items.Count - 1),
        "length" => new IntegerValue(items.Count),
        // Only recursive loops, which are not supported, go deeper.
        "depth" => new IntegerValue(1),
        "depth0" => new IntegerValue(0),
        "previtem" => Index > 0 ? items[Index - 1] : new UndefinedValue("there is no previous item"),
        "nextitem" => Index < items.Count - 1 ? items[Index + 1] : new UndefinedValue("there is no next item"),
        "cycle" => new FunctionValue("cycle", Cycle),
        "changed" => new FunctionValue("changed", Changed),
        _ => null,
    };

    private TemplateValue Cycle(CallArguments arguments, Interpreter interpreter) => arguments.Positional.Count > 0
        ? arguments.Positional[Index % arguments.Positional.Count]
        : throw interpreter.Context.Error("no items for cycling given");

    private BooleanValue Changed(CallArguments arguments, Interpreter interpreter)
    {
        bool isSame = _lastChecked is { } last && last.Count == arguments.Positional.Count
            && last.Zip(arguments.Positional).All(pair => Comparisons.AreEqual(pair.First, pair.Second, interpreter.Context));
        _lastChecked = arguments.Positional;
        return BooleanValue.Of(!isSame);
    }
}
