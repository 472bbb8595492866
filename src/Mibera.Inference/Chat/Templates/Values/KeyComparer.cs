namespace Mibera.Inference.Chat.Templates.Values;

/// <summary>Keys of mappings and of <c>unique</c>: equal as in Python, where <c>1</c>, <c>1.0</c> and <c>true</c> are one key.</summary>
internal sealed class KeyComparer : IEqualityComparer<TemplateValue>
{
    public static readonly KeyComparer Instance = new();

    /// <summary>Strings, numbers, booleans, none and undefined can be keys; Python's tuples as keys are not supported.</summary>
    public static bool CanBeKey(TemplateValue value) =>
        value is StringValue or IntegerValue or FloatValue or BooleanValue or NoneValue or UndefinedValue;

    public bool Equals(TemplateValue? x, TemplateValue? y) => (x, y) switch
    {
        (StringValue a, StringValue b) => a.Value == b.Value,
        (NoneValue, NoneValue) or (UndefinedValue, UndefinedValue) => true,
        ({ } a, { } b) => Numbers.TryCompare(a, b, out int order) && order == 0,
        _ => x == y,
    };

    public int GetHashCode(TemplateValue value) => value switch
    {
        StringValue text => text.Value.GetHashCode(StringComparison.Ordinal),
        FloatValue { Value: var number } => number.GetHashCode(),
        // Through double, so that equal integers and floats have equal codes.
        _ when Numbers.TryInteger(value, out var integer) => ((double)integer).GetHashCode(),
        _ => 0,
    };
}
