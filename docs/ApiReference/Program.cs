// Mibera.ApiReference FOLDER: the public API of the packages as Markdown, a page per type, from their docstrings. Whatever is
// public and has none is an error.
using Mibera.ApiReference;
using Mibera.Inference;
using Mibera.Inference.Extensions.AI;

if (args is not [var folder])
{
    Console.Error.WriteLine("usage: Mibera.ApiReference FOLDER");
    return 2;
}
var assemblies = new[] { typeof(LanguageModel).Assembly, typeof(MiberaChatClient).Assembly };
var docs = new DocStrings(assemblies);
Type[] types = [.. assemblies.SelectMany(a => a.GetExportedTypes()).OrderBy(t => t.FullName, StringComparer.Ordinal)];
var markdown = new Markdown(types);
Directory.CreateDirectory(folder);
foreach (var type in types)
    File.WriteAllText(Path.Combine(folder, Markdown.FileName(type)), new TypePage(type, docs, markdown).ToString());
File.WriteAllText(Path.Combine(folder, "index.md"), IndexPage.Write(types, docs, markdown));
foreach (var missing in docs.Missing)
    Console.Error.WriteLine($"no docstring: {missing}");
Console.WriteLine($"{types.Length} types in {folder}");
return docs.Missing.Count == 0 ? 0 : 1;
