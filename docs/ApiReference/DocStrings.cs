using System.Reflection;
using System.Xml.Linq;

namespace Mibera.ApiReference;

/// <summary>The docstrings of some assemblies, from the XML files beside them, with what they inherit.</summary>
internal sealed class DocStrings
{
    private readonly Dictionary<string, XElement> _members;

    public DocStrings(IEnumerable<Assembly> assemblies) => _members = assemblies
        .SelectMany(a => XDocument.Load(Path.ChangeExtension(a.Location, ".xml"), LoadOptions.PreserveWhitespace).Descendants("member"))
        .ToDictionary(m => (string)m.Attribute("name")!);

    /// <summary>Public members that were asked for and have no docstring.</summary>
    public SortedSet<string> Missing { get; } = new(StringComparer.Ordinal);

    /// <summary>What is said of the member; empty if nothing is.</summary>
    public XElement Of(MemberInfo member)
    {
        var id = DocId.Of(member);
        if (_members.TryGetValue(id, out var own))
            return Complete(own, member);
        if (OfPositional(member) is { } positional)
            return positional;
        // A constructor without parameters that nobody wrote has nothing to say.
        if (member is not ConstructorInfo constructor || (constructor.GetParameters().Length > 0 && !IsPositional(constructor)))
            Missing.Add(id);
        return new XElement("member");
    }

    /// <summary>The property of a positional record is described by its type's parameter.</summary>
    private XElement? OfPositional(MemberInfo member) =>
        member is PropertyInfo && _members.TryGetValue(DocId.Of(member.DeclaringType!), out var type)
        && type.Elements("param").FirstOrDefault(p => (string?)p.Attribute("name") == member.Name) is { } parameter
            ? new XElement("member", new XElement("summary", parameter.Nodes()))
            : null;

    private bool IsPositional(ConstructorInfo constructor) => _members[DocId.Of(constructor.DeclaringType!)].Element("param") is not null;

    /// <summary>Adds what the docstring inherits and does not say itself.</summary>
    private XElement Complete(XElement own, MemberInfo member)
    {
        if (own.Element("inheritdoc") is not { } inherit)
            return own;
        var source = (string?)inherit.Attribute("cref") is { } cref ? _members.GetValueOrDefault(cref) : Base(member);
        if (source is null)
            return own;
        var result = new XElement("member", own.Elements().Where(e => e.Name != "inheritdoc"));
        foreach (var element in Complete(source, member).Elements())
        {
            if (!result.Elements(element.Name).Any(e => Key(e) == Key(element)))
                result.Add(element);
        }
        return result;

        static string? Key(XElement element) => (string?)element.Attribute("name") ?? (string?)element.Attribute("cref");
    }

    private XElement? Base(MemberInfo member)
    {
        var declaring = member.DeclaringType!;
        var bases = new List<Type>(declaring.GetInterfaces());
        for (var type = declaring.BaseType; type is not null; type = type.BaseType)
            bases.Add(type);
        var suffix = DocId.Of(member)[(DocId.Of(declaring).Length)..];
        return bases.Where(t => t.FullName is not null).Select(t => _members.GetValueOrDefault(DocId.Of(member)[..2] + DocId.Of(t)[2..] + suffix)).FirstOrDefault(e => e is not null);
    }
}
