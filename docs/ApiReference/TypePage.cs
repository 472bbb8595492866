using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Xml.Linq;

namespace Mibera.ApiReference;

/// <summary>The page of a type: what it is, and its members in the order of their kinds.</summary>
internal sealed class TypePage
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly StringBuilder _page = new();
    private readonly DocStrings _docs;
    private readonly Markdown _markdown;

    public TypePage(Type type, DocStrings docs, Markdown markdown)
    {
        (_docs, _markdown) = (docs, markdown);
        _page.Append($"# {Signature.Short(type)}\n\n`{type.Namespace}`, in the package `{type.Assembly.GetName().Name}`; [all types](index.md)\n");
        Describe(Signature.Of(type), _docs.Of(type));
        if (Signature.IsDelegate(type))
            return;
        var members = type.GetMembers(Declared).Where(Shown).ToArray();
        if (type.IsEnum)
            Section("Values", members.OfType<FieldInfo>());
        else
            Section("Fields", members.OfType<FieldInfo>());
        Section("Constructors", members.OfType<ConstructorInfo>());
        Section("Properties", members.OfType<PropertyInfo>());
        Section("Methods", members.OfType<MethodInfo>());
        Section("Events", members.OfType<EventInfo>());
    }

    public override string ToString() => _page.ToString();

    // What the compiler writes for records and enumerations, accessors, and what every object has, are not for readers.
    private static bool Shown(MemberInfo member) => member switch
    {
        Type => false,
        ConstructorInfo constructor => constructor.GetParameters().Length > 0,
        MethodInfo method => !method.IsDefined(typeof(CompilerGeneratedAttribute)) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)),
        FieldInfo field => !field.IsSpecialName,
        _ => true,
    };

    private void Section(string title, IEnumerable<MemberInfo> members)
    {
        MemberInfo[] list = [.. members];
        if (list.Length == 0)
            return;
        _page.Append($"\n## {title}\n");
        if (list[0] is FieldInfo { DeclaringType.IsEnum: true })
        {
            _page.Append("\n| | |\n|---|---|\n");
            foreach (var value in list)
                _page.Append($"| `{Signature.Of(value)}` | {_markdown.Text(_docs.Of(value).Element("summary")).Replace("\n\n", " ", StringComparison.Ordinal)} |\n");
            return;
        }
        foreach (var member in list)
        {
            _page.Append($"\n### {(member is ConstructorInfo ? Signature.Short(member.DeclaringType!) : member.Name)}\n");
            Describe(Signature.Of(member), _docs.Of(member));
        }
    }

    private void Describe(string signature, XElement docs)
    {
        _page.Append($"\n```csharp\n{signature}\n```\n");
        Paragraph(_markdown.Text(docs.Element("summary")));
        var parameters = docs.Elements().Where(e => e.Name.LocalName is "param" or "typeparam").ToArray();
        if (parameters.Length > 0)
        {
            _page.Append("\n| parameter | |\n|---|---|\n");
            foreach (var parameter in parameters)
                _page.Append($"| `{(string?)parameter.Attribute("name")}` | {_markdown.Text(parameter)} |\n");
        }
        if (docs.Element("returns") is { } returns)
            Paragraph($"Returns: {_markdown.Text(returns)}");
        foreach (var remarks in docs.Elements("remarks"))
            Paragraph(_markdown.Text(remarks));
        foreach (var exception in docs.Elements("exception"))
            _page.Append($"\n- throws {_markdown.Reference((string)exception.Attribute("cref")!)}: {_markdown.Text(exception)}");
        if (docs.Element("exception") is not null)
            _page.Append('\n');
        if (docs.Element("inheritdoc") is { } inherit && (string?)inherit.Attribute("cref") is { } cref)
            Paragraph($"See {_markdown.Reference(cref)}.");
    }

    private void Paragraph(string text)
    {
        if (text.Length > 0)
            _page.Append($"\n{text}\n");
    }
}
