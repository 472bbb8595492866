using System.Numerics;
using Mibera.Inference.Chat.Templates.Functions;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Rendering;

/// <summary>Attributes, items and slices of values.</summary>
internal static class Access
{
    /// <summary>
    /// <c>value.name</c>: the value's method of that name (so <c>message.items</c> is never a key), else its key; else undefined.
    /// </summary>
    public static TemplateValue Attribute(TemplateValue value, string name, RenderContext context)
    {
        if (value is UndefinedValue undefined) throw context.Error(undefined.Reason);
        return Member(value, name, context) ?? Key(value, name, context) ?? Missing(value, name, context);
    }

    /// <summary><c>value[index]</c>: the item, else for a string index the method of that name; else undefined.</summary>
    public static TemplateValue Item(TemplateValue value, TemplateValue index, RenderContext context)
    {
        switch (value, index)
        {
            case (UndefinedValue undefined, _):
                throw context.Error(undefined.Reason);
            case (MappingValue mapping, _):
                if (mapping.TryGet(index, context, out var found)) return found;
                break;
            case (SequenceValue sequence, IntegerValue or BooleanValue):
                if (Position(index, sequence.Items.Count) is { } at) return sequence.Items[at];
                break;
            case (StringValue text, IntegerValue or BooleanValue):
                if (Position(index, Iteration.Length(text, context)!.Value) is { } offset)
                    return new StringValue(CodePoints.At(text.Value, offset));
                break;
        }

        if (index is StringValue name) return Member(value, name.Value, context) ?? Missing(value, name.Value, context);
        return new UndefinedValue($"{Describe(value)} has no element {PythonText.Repr(index, context)}");
    }

    public static TemplateValue Slice(TemplateValue value, BigInteger? start, BigInteger? stop, BigInteger step, RenderContext context)
    {
        switch (value)
        {
            case UndefinedValue undefined:
                throw context.Error(undefined.Reason);
            case StringValue { Value: var text }:
                var range = SliceRange.Resolve(Iteration.Length(value, context)!.Value, start, stop, step);
                context.Text(text.Length);
                return new StringValue(CodePoints.Slice(text, range));
            case SequenceValue sequence:
                var part = SliceRange.Resolve(sequence.Items.Count, start, stop, step);
                context.Step(part.Count);
                return sequence.With([.. Enumerable.Range(0, part.Count).Select(i => sequence.Items[part.Start + (i * part.Step)])]);
            default:
                return new UndefinedValue($"{Describe(value)} cannot be sliced");
        }
    }

    private static int? Position(TemplateValue index, int length)
    {
        Numbers.TryInteger(index, out var position);
        if (position.Sign < 0) position += length;
        return position.Sign >= 0 && position < length ? (int)position : null;
    }

    private static TemplateValue? Member(TemplateValue value, string name, RenderContext context) => value switch
    {
        LoopValue loop => loop.Attribute(name),
        NamespaceValue space => space.Attributes.GetValueOrDefault(name),
        StringValue text => StringMethods.Find(text.Value, name),
        SequenceValue sequence => SequenceMethods.Find(sequence, name, context),
        MappingValue mapping => MappingMethods.Find(mapping, name, context),
        _ => null,
    };

    /// <summary>The error of attributes that would change a value or leave the sandbox.</summary>
    public static ChatTemplateException Unsafe(TemplateValue value, string name, RenderContext context) =>
        context.Error($"access to attribute '{name}' of '{value.TypeName}' object is unsafe");

    private static TemplateValue? Key(TemplateValue value, string name, RenderContext context) =>
        value is MappingValue mapping && mapping.TryGet(new StringValue(name), context, out var found) ? found : null;

    private static UndefinedValue Missing(TemplateValue value, string name, RenderContext context)
    {
        // Names like __class__ are Python's way into its interpreter; Jinja's sandbox refuses them too.
        bool isInternal = name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal);
        return isInternal ? throw Unsafe(value, name, context) : new($"'{Describe(value)}' has no attribute '{name}'");
    }

    private static string Describe(TemplateValue value) => value is NoneValue ? "None" : $"{value.TypeName} object";
}
