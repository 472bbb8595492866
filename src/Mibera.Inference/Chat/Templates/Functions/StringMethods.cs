using System.Collections.Frozen;
using Mibera.Inference.Chat.Templates.Rendering;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Functions;

/// <summary>The methods of Python's <c>str</c>, by name.</summary>
internal static partial class StringMethods
{
    private delegate TemplateValue Method(string text, CallArguments arguments, RenderContext context);

    private static readonly FrozenDictionary<string, Method> Table = new Dictionary<string, Method>(StringComparer.Ordinal)
    {
        ["upper"] = (text, _, context) => Made(text.ToUpperInvariant(), context),
        ["lower"] = (text, _, context) => Made(text.ToLowerInvariant(), context),
        ["casefold"] = (text, _, context) => Made(text.ToLowerInvariant(), context),
        ["capitalize"] = Capitalize,
        ["title"] = Title,
        ["strip"] = (text, arguments, context) => Strip(text, arguments, context, left: true, right: true),
        ["lstrip"] = (text, arguments, context) => Strip(text, arguments, context, left: true, right: false),
        ["rstrip"] = (text, arguments, context) => Strip(text, arguments, context, left: false, right: true),
        ["split"] = (text, arguments, context) => Split(text, arguments, context, fromRight: false),
        ["rsplit"] = (text, arguments, context) => Split(text, arguments, context, fromRight: true),
        ["splitlines"] = SplitLines,
        ["partition"] = (text, arguments, context) => Partition(text, arguments, context, fromRight: false),
        ["rpartition"] = (text, arguments, context) => Partition(text, arguments, context, fromRight: true),
        ["startswith"] = (text, arguments, context) => HasEdge(text, arguments, context, isPrefix: true),
        ["endswith"] = (text, arguments, context) => HasEdge(text, arguments, context, isPrefix: false),
        ["removeprefix"] = (text, arguments, context) => RemoveEdge(text, arguments, context, isPrefix: true),
        ["removesuffix"] = (text, arguments, context) => RemoveEdge(text, arguments, context, isPrefix: false),
        ["replace"] = Replace,
        ["join"] = Join,
        ["format"] = (text, arguments, context) => new StringValue(BraceFormat.Apply(text, arguments, context)),
        ["find"] = (text, arguments, context) => new IntegerValue(Find(text, arguments, context, fromRight: false)),
        ["rfind"] = (text, arguments, context) => new IntegerValue(Find(text, arguments, context, fromRight: true)),
        ["index"] = (text, arguments, context) => Index(text, arguments, context, fromRight: false),
        ["rindex"] = (text, arguments, context) => Index(text, arguments, context, fromRight: true),
        ["count"] = Count,
        ["zfill"] = ZeroFill,
        ["ljust"] = (text, arguments, context) => Justify(text, arguments, context, '<'),
        ["rjust"] = (text, arguments, context) => Justify(text, arguments, context, '>'),
        ["center"] = (text, arguments, context) => Justify(text, arguments, context, '^'),
        ["isdigit"] = (text, _, context) => All(text, char.IsDigit, context),
        ["isdecimal"] = (text, _, context) => All(text, char.IsDigit, context),
        ["isnumeric"] = (text, _, context) => All(text, char.IsNumber, context),
        ["isalpha"] = (text, _, context) => All(text, char.IsLetter, context),
        ["isalnum"] = (text, _, context) => All(text, c => char.IsLetter(c) || char.IsNumber(c), context),
        ["isspace"] = (text, _, context) => All(text, PythonSpace.Is, context),
        ["isascii"] = (text, _, _) => BooleanValue.Of(System.Text.Ascii.IsValid(text)),
        ["islower"] = (text, _, context) => BooleanValue.Of(ValueTests.Apply("lower", new StringValue(text), CallArguments.None, context)),
        ["isupper"] = (text, _, context) => BooleanValue.Of(ValueTests.Apply("upper", new StringValue(text), CallArguments.None, context)),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The method bound to its string, or null.</summary>
    public static FunctionValue? Find(string text, string name) => Table.TryGetValue(name, out var method)
        ? new FunctionValue(name, (arguments, it) => method(text, arguments, it.Context))
        : null;

    private static StringValue Made(string text, RenderContext context)
    {
        context.Text(text.Length);
        return new StringValue(text);
    }

    private static BooleanValue All(string text, Func<char, bool> test, RenderContext context)
    {
        context.ScanSlowly(text.Length);
        return BooleanValue.Of(text.Length > 0 && text.All(test));
    }

    private static StringValue Capitalize(string text, CallArguments arguments, RenderContext context) =>
        Made(text.Length == 0 ? "" : char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant(), context);

    /// <summary>Every run of letters is a word.</summary>
    private static StringValue Title(string text, CallArguments arguments, RenderContext context)
    {
        bool inWord = false;
        char[] result = Array.ConvertAll(text.ToCharArray(), c =>
        {
            char cased = inWord ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c);
            inWord = char.IsLetter(c);
            return cased;
        });
        return Made(new string(result), context);
    }

    private static StringValue Strip(string text, CallArguments arguments, RenderContext context, bool left, bool right)
    {
        var bound = arguments.Bind(context, "strip", "chars");
        string? characters = bound[0] is null or NoneValue ? null : bound.Text(0, "");
        context.Search(text.Length, characters?.Length ?? 0);
        var rest = text.AsSpan();
        if (characters is not null)
        {
            if (left) rest = rest.TrimStart(characters);
            if (right) rest = rest.TrimEnd(characters);
            // An empty set strips nothing; .NET would strip whitespace.
            return characters.Length == 0 ? new StringValue(text) : Made(rest.ToString(), context);
        }

        if (left) rest = PythonSpace.TrimStart(rest);
        if (right) rest = PythonSpace.TrimEnd(rest);
        return rest.Length == text.Length ? new StringValue(text) : Made(rest.ToString(), context);
    }

    private static ListValue Split(string text, CallArguments arguments, RenderContext context, bool fromRight)
    {
        var bound = arguments.Bind(context, "split", "sep", "maxsplit");
        int most = bound.Integer(1, -1) is >= 0 and var limit ? limit : int.MaxValue;
        if (bound[0] is null or NoneValue) return Strings(PythonSplit.AtSpace(text, most, fromRight, context));
        string separator = bound.Text(0, "");
        if (separator.Length == 0) throw context.Error("empty separator");
        return Strings(PythonSplit.At(text, separator, most, fromRight, context));
    }

    private static ListValue SplitLines(string text, CallArguments arguments, RenderContext context) =>
        Strings(PythonSplit.Lines(text, arguments.Bind(context, "splitlines", "keepends").Flag(0, false), context));

    private static ListValue Strings(List<string> parts) => new([.. parts.Select(part => new StringValue(part))]);

    private static TupleValue Partition(string text, CallArguments arguments, RenderContext context, bool fromRight)
    {
        string separator = arguments.Bind(context, "partition", "sep").RequiredText(0);
        if (separator.Length == 0) throw context.Error("empty separator");
        var parts = PythonSplit.At(text, separator, 1, fromRight, context);
        string[] all = parts.Count == 2 ? [parts[0], separator, parts[1]] : fromRight ? ["", "", text] : [text, "", ""];
        return new TupleValue(Array.ConvertAll(all, part => new StringValue(part)));
    }
}
