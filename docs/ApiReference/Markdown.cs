using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Mibera.ApiReference;

/// <summary>Docstrings as Markdown; references to documented types are links.</summary>
internal sealed partial class Markdown(IEnumerable<Type> types)
{
    private readonly Dictionary<string, Type> _types = types.ToDictionary(DocId.Of);

    public static string FileName(Type type) => $"{type.FullName!.Replace('+', '.').Replace('`', '-')}.md";

    /// <summary>The text of an element in one paragraph, or several where it says so.</summary>
    public string Text(XElement? element) => element is null ? "" : Spaces().Replace(string.Concat(element.Nodes().Select(Node)), " ").Trim().Replace("\v", "\n\n");

    /// <summary>The name of what a "cref" points at, with a link if there is a page.</summary>
    public string Reference(string cref)
    {
        var name = cref[2..].Split('(')[0];
        var shown = Arity().Replace(name.EndsWith(".#ctor", StringComparison.Ordinal) ? name[..^6] : name, "");
        // A member is shown with its type.
        var parts = shown.Split('.');
        shown = cref[0] == 'T' || parts.Length < 2 ? parts[^1] : $"{parts[^2]}.{parts[^1]}";
        var type = _types.GetValueOrDefault("T:" + (cref[0] == 'T' ? name : name[..Math.Max(0, name.LastIndexOf('.'))]));
        return type is null ? $"`{shown}`" : $"[`{shown}`]({FileName(type)})";
    }

    private string Node(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" or "seealso" } see when (string?)see.Attribute("cref") is { } cref => see.IsEmpty ? Reference(cref) : Text(see),
        XElement { Name.LocalName: "see" } see when (string?)see.Attribute("href") is { } href => $"[{(see.IsEmpty ? href : Text(see))}]({href})",
        XElement { Name.LocalName: "see" } see => $"`{(string?)see.Attribute("langword")}`",
        XElement { Name.LocalName: "paramref" or "typeparamref" } parameter => $"`{(string?)parameter.Attribute("name")}`",
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "para" } paragraph => $"\v{Text(paragraph)}\v",
        XElement { Name.LocalName: "item" } item => $"\v- {Text(item)}",
        XElement other => string.Concat(other.Nodes().Select(Node)),
        _ => "",
    };

    // \v stands for the end of a paragraph until all other white space is gone.
    [GeneratedRegex(@"[ \t\r\n]+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"`+\d+")]
    private static partial Regex Arity();
}
