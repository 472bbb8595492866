using Mibera.Inference.Chat.Templates.Rendering;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Functions;

/// <content>Methods that look for strings, and those that pad.</content>
internal static partial class StringMethods
{
    /// <summary><c>startswith</c> and <c>endswith</c>: of one string, or of any in a tuple.</summary>
    private static BooleanValue HasEdge(string text, CallArguments arguments, RenderContext context, bool isPrefix)
    {
        var edge = arguments.Bind(context, isPrefix ? "startswith" : "endswith", "edge").Required(0);
        IReadOnlyList<TemplateValue> edges = edge is TupleValue tuple ? tuple.Items : [edge];
        foreach (var candidate in edges)
        {
            if (candidate is not StringValue part) throw context.Error($"first arg must be str or a tuple of str, not {candidate.TypeName}");
            context.Step(1 + (part.Value.Length / 32));
            if (IsEdge(text, part.Value, isPrefix)) return BooleanValue.True;
        }

        return BooleanValue.False;
    }

    private static bool IsEdge(string text, string edge, bool isPrefix) =>
        isPrefix ? text.StartsWith(edge, StringComparison.Ordinal) : text.EndsWith(edge, StringComparison.Ordinal);

    private static StringValue RemoveEdge(string text, CallArguments arguments, RenderContext context, bool isPrefix)
    {
        string edge = arguments.Bind(context, "removeprefix", "edge").RequiredText(0);
        if (!IsEdge(text, edge, isPrefix)) return new StringValue(text);
        return Made(isPrefix ? text[edge.Length..] : text[..^edge.Length], context);
    }

    private static StringValue Replace(string text, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind(context, "replace", "old", "new", "count");
        string old = bound.RequiredText(0), replacement = bound.RequiredText(1);
        int most = bound.Integer(2, -1) is >= 0 and var limit ? limit : int.MaxValue;
        var result = new BoundedText(context);
        if (old.Length > 0)
        {
            context.Search(text.Length, old.Length);
            int from = 0;
            for (int at; most > 0 && (at = text.IndexOf(old, from, StringComparison.Ordinal)) >= 0; from = at + old.Length, most--)
            {
                context.Step();
                result.Append(text.AsSpan(from, at - from)).Append(replacement);
            }

            return new StringValue(result.Append(text.AsSpan(from)).ToString());
        }

        // An empty string is found before every character and at the end.
        foreach (string character in CodePoints.Each(text))
        {
            context.Step();
            if (most-- > 0) result.Append(replacement);
            result.Append(character);
        }

        return new StringValue((most > 0 ? result.Append(replacement) : result).ToString());
    }

    private static StringValue Join(string separator, CallArguments arguments, RenderContext context)
    {
        var result = new BoundedText(context);
        bool isFirst = true;
        foreach (var item in Iteration.Over(arguments.Bind(context, "join", "iterable").Required(0), context))
        {
            if (item is not StringValue text) throw context.Error($"sequence item: expected str instance, {item.TypeName} found");
            if (!isFirst) result.Append(separator);
            isFirst = false;
            result.Append(text.Value);
        }

        return new StringValue(result.ToString());
    }

    /// <summary>Index in code points, or -1; <c>start</c> and <c>end</c> cut as slices do.</summary>
    private static int Find(string text, CallArguments arguments, RenderContext context, bool fromRight)
    {
        var (part, rest, offset) = Within(text, arguments, "find", context);
        int at = fromRight ? rest.LastIndexOf(part, StringComparison.Ordinal) : rest.IndexOf(part, StringComparison.Ordinal);
        return at < 0 ? -1 : offset + CodePoints.Count(rest[..at]);
    }

    private static (string Part, string Searched, int Offset) Within(string text, CallArguments arguments, string method, RenderContext context)
    {
        var bound = arguments.Bind(context, method, "sub", "start", "end");
        string part = bound.RequiredText(0);
        context.Search(text.Length, part.Length);
        if (bound[1] is null && bound[2] is null) return (part, text, 0);
        var range = SliceRange.Resolve(CodePoints.Count(text), bound.Integer(1, 0), bound.Integer(2, int.MaxValue), 1);
        context.Text(text.Length);
        return (part, CodePoints.Slice(text, range), range.Start);
    }

    private static IntegerValue Index(string text, CallArguments arguments, RenderContext context, bool fromRight)
    {
        int at = Find(text, arguments, context, fromRight);
        return at >= 0 ? new IntegerValue(at) : throw context.Error("substring not found");
    }

    private static IntegerValue Count(string text, CallArguments arguments, RenderContext context)
    {
        var (part, rest, _) = Within(text, arguments, "count", context);
        if (part.Length == 0) return new IntegerValue(CodePoints.Count(rest) + 1);
        int count = 0;
        for (int at = 0; (at = rest.IndexOf(part, at, StringComparison.Ordinal)) >= 0; at += part.Length) count++;
        return new IntegerValue(count);
    }

    private static StringValue Justify(string text, CallArguments arguments, RenderContext context, char alignment)
    {
        var bound = arguments.Bind(context, "justify", "width", "fillchar");
        string filler = bound.Text(1, " ");
        if (filler.Length != 1) throw context.Error("the fill character must be exactly one character long");
        bound.Required(0);
        return new StringValue(Padding.Apply(text, bound.Integer(0, 0), filler[0], alignment, context));
    }

    private static StringValue ZeroFill(string text, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind(context, "zfill", "width");
        bound.Required(0);
        string sign = text.Length > 0 && text[0] is '+' or '-' ? text[..1] : "";
        string digits = Padding.Apply(text[sign.Length..], bound.Integer(0, 0) - sign.Length, '0', '>', context);
        return new StringValue(sign + digits);
    }
}
