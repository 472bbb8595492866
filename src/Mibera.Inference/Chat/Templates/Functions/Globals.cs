using System.Numerics;
using Mibera.Inference.Chat.Templates.Rendering;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Functions;

/// <summary>The functions that every template sees: Jinja's, and the two that Hugging Face's renderer adds.</summary>
internal static class Globals
{
    public static readonly IReadOnlyList<(string Name, TemplateValue Value)> All =
    [
        ("range", new FunctionValue("range", Range)),
        ("dict", new FunctionValue("dict", Mapping)),
        ("namespace", new FunctionValue("namespace", Namespace)),
        ("raise_exception", new FunctionValue("raise_exception", Raise)),
        ("strftime_now", new FunctionValue("strftime_now", Now)),
    ];

    private static ListValue Range(CallArguments arguments, Interpreter it)
    {
        var context = it.Context;
        var numbers = arguments.Positional.Select(argument => Numbers.TryInteger(argument, out var number)
            ? number
            : throw context.Error($"'{argument.TypeName}' object cannot be interpreted as an integer")).ToArray();
        if (numbers.Length is 0 or > 3) throw context.Error("range takes 1 to 3 arguments");
        var (start, stop) = numbers.Length == 1 ? (BigInteger.Zero, numbers[0]) : (numbers[0], numbers[1]);
        var step = numbers.Length == 3 ? numbers[2] : BigInteger.One;
        if (step.IsZero) throw context.Error("range() arg 3 must not be zero");
        var count = BigInteger.Max(0, (stop - start + step - step.Sign) / step);
        if (count > TemplateLimits.RangeLength) throw context.Error($"range too big: more than {TemplateLimits.RangeLength} numbers");
        context.Step((long)count);
        return new ListValue([.. Enumerable.Range(0, (int)count).Select(i => new IntegerValue(start + (i * step)))]);
    }

    private static MappingValue Mapping(CallArguments arguments, Interpreter it) => new(Entries("dict", arguments, it.Context));

    private static NamespaceValue Namespace(CallArguments arguments, Interpreter it) =>
        new(Entries("namespace", arguments, it.Context).Select(entry => KeyValuePair.Create(PythonText.Of(entry.Key, it.Context), entry.Value)));

    /// <summary>Of a mapping or pairs, then of the named arguments.</summary>
    private static IEnumerable<KeyValuePair<TemplateValue, TemplateValue>> Entries(string callee, CallArguments arguments, RenderContext context)
    {
        if (arguments.Positional.Count > 1) throw context.Error($"{callee} takes at most 1 positional argument");
        var first = arguments.Positional.Count == 0 ? [] : arguments.Positional[0] switch
        {
            MappingValue mapping => mapping.Entries,
            var pairs => Iteration.Over(pairs, context).Select(pair => pair is SequenceValue { Items: [var key, var value] }
                ? KeyValuePair.Create(Keys.Hashable(key, context), value)
                : throw context.Error($"{callee} needs a mapping or pairs of key and value")),
        };
        return first.Concat(arguments.Named.Select(named => MappingValue.Entry(named.Key, named.Value)));
    }

    private static TemplateValue Raise(CallArguments arguments, Interpreter it) =>
        throw it.Context.Refusal(arguments.Bind(it.Context, "raise_exception", "message").RequiredText(0));

    private static StringValue Now(CallArguments arguments, Interpreter it)
    {
        string format = arguments.Bind(it.Context, "strftime_now", "format").RequiredText(0);
        it.Context.Search(format.Length, 0);
        return new StringValue(TimeFormat.Apply(format, it.Context.Clock.GetLocalNow().DateTime, it.Context));
    }
}
