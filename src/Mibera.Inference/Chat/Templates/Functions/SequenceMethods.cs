using Mibera.Inference.Chat.Templates.Rendering;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Functions;

/// <summary>The methods of lists and tuples that do not change them; the others are refused, as in Jinja's immutable sandbox.</summary>
internal static class SequenceMethods
{
    public static FunctionValue? Find(SequenceValue sequence, string name, RenderContext context) => name switch
    {
        "count" => new FunctionValue(name, (arguments, it) => Count(sequence, arguments, it.Context)),
        "index" => new FunctionValue(name, (arguments, it) => Index(sequence, arguments, it.Context)),
        "copy" when sequence is ListValue => new FunctionValue(name, (_, _) => sequence),
        "append" or "clear" or "extend" or "insert" or "pop" or "remove" or "reverse" or "sort" when sequence is ListValue =>
            throw Access.Unsafe(sequence, name, context),
        _ => null,
    };

    private static IntegerValue Count(SequenceValue sequence, CallArguments arguments, RenderContext context)
    {
        var wanted = arguments.Bind(context, "count", "value").Required(0);
        return new IntegerValue(sequence.Items.Count(item => Comparisons.AreEqual(item, wanted, context)));
    }

    private static IntegerValue Index(SequenceValue sequence, CallArguments arguments, RenderContext context)
    {
        var wanted = arguments.Bind(context, "index", "value").Required(0);
        for (int i = 0; i < sequence.Items.Count; i++)
        {
            if (Comparisons.AreEqual(sequence.Items[i], wanted, context)) return new IntegerValue(i);
        }

        throw context.Error($"{PythonText.Repr(wanted, context)} is not in {sequence.TypeName}");
    }
}
