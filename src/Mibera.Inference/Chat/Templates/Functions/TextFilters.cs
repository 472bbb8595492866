using System.Text;
using Mibera.Inference.Chat.Templates.Rendering;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Functions;

/// <summary>Filters that make text of text; values that are no strings are taken as <c>str()</c> of them.</summary>
internal static class TextFilters
{
    public static readonly Dictionary<string, Filter> All = new(StringComparer.Ordinal)
    {
        ["trim"] = (value, arguments, it) => Method("strip", value, arguments, it),
        ["upper"] = (value, arguments, it) => Method("upper", value, arguments, it),
        ["lower"] = (value, arguments, it) => Method("lower", value, arguments, it),
        ["capitalize"] = (value, arguments, it) => Method("capitalize", value, arguments, it),
        ["replace"] = (value, arguments, it) => Method("replace", value, arguments, it),
        ["title"] = Title,
        ["string"] = (value, _, it) => value is StringValue ? value : new StringValue(PythonText.Of(value, it.Context)),
        ["safe"] = (value, _, it) => new StringValue(PythonText.Of(value, it.Context)),
        ["escape"] = Escape,
        ["e"] = Escape,
        ["format"] = Format,
        ["indent"] = Indent,
        ["wordcount"] = WordCount,
    };

    private static TemplateValue Method(string name, TemplateValue value, CallArguments arguments, Interpreter it) =>
        StringMethods.Find(PythonText.Of(value, it.Context), name)!.Call(arguments, it);

    /// <summary>Unlike <c>str.title</c>, words begin only after whitespace and <c>-({[&lt;</c>.</summary>
    private static StringValue Title(TemplateValue value, CallArguments arguments, Interpreter it)
    {
        string text = PythonText.Of(value, it.Context);
        it.Context.Text(text.Length);
        var result = new StringBuilder(text.Length);
        bool beginsWord = true;
        foreach (char c in text)
        {
            result.Append(beginsWord ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c));
            beginsWord = PythonSpace.Is(c) || c is '-' or '(' or '{' or '[' or '<';
        }

        return new StringValue(result.ToString());
    }

    private static StringValue Escape(TemplateValue value, CallArguments arguments, Interpreter it)
    {
        var result = new BoundedText(it.Context);
        foreach (char c in PythonText.Of(value, it.Context))
        {
            switch (c)
            {
                case '&': result.Append("&amp;"); break;
                case '<': result.Append("&lt;"); break;
                case '>': result.Append("&gt;"); break;
                case '\'': result.Append("&#39;"); break;
                case '"': result.Append("&#34;"); break;
                default: result.Append(c); break;
            }
        }

        return new StringValue(result.ToString());
    }

    private static StringValue Format(TemplateValue value, CallArguments arguments, Interpreter it)
    {
        TemplateValue values = arguments.Named.Count > 0
            ? new MappingValue(arguments.Named.Select(named => MappingValue.Entry(named.Key, named.Value)))
            : new TupleValue(arguments.Positional);
        return new StringValue(PercentFormat.Apply(PythonText.Of(value, it.Context), values, it.Context));
    }

    private static StringValue Indent(TemplateValue value, CallArguments arguments, Interpreter it)
    {
        var bound = arguments.Bind(it.Context, "indent", "width", "first", "blank");
        string indent = bound[0] is StringValue text ? text.Value : new string(' ', Math.Clamp(bound.Integer(0, 4), 0, 1000));
        bool indentsBlank = bound.Flag(2, false);
        var result = new BoundedText(it.Context);
        string source = PythonText.Of(value, it.Context);
        // The newline makes a last empty line count, which splitlines alone would drop.
        var lines = PythonSplit.Lines(source + "\n", keepEnds: false, it.Context);
        for (int i = 0; i < lines.Count; i++)
        {
            if (i > 0) result.Append('\n');
            bool isIndented = i == 0 ? bound.Flag(1, false) : indentsBlank || lines[i].Length > 0;
            if (isIndented) result.Append(indent);
            result.Append(lines[i]);
        }

        return new StringValue(result.ToString());
    }

    private static IntegerValue WordCount(TemplateValue value, CallArguments arguments, Interpreter it)
    {
        int words = 0;
        bool inWord = false;
        string text = PythonText.Of(value, it.Context);
        it.Context.ScanSlowly(text.Length);
        foreach (char c in text)
        {
            bool isPart = char.IsLetterOrDigit(c) || c == '_';
            if (isPart && !inWord) words++;
            inWord = isPart;
        }

        return new IntegerValue(words);
    }
}
