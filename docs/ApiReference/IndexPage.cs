using System.Text;

namespace Mibera.ApiReference;

/// <summary>All types by namespace, each with the first sentence that is said of it.</summary>
internal static class IndexPage
{
    public static string Write(IEnumerable<Type> types, DocStrings docs, Markdown markdown)
    {
        var page = new StringBuilder("# API reference\n");
        foreach (var group in types.GroupBy(t => t.Namespace!).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            page.Append($"\n## {group.Key}\n\n| | |\n|---|---|\n");
            foreach (var type in group)
                page.Append($"| [{Signature.Short(type)}]({Markdown.FileName(type)}) | {markdown.Text(docs.Of(type).Element("summary")).Replace("\n\n", " ", StringComparison.Ordinal)} |\n");
        }
        return page.ToString();
    }
}
