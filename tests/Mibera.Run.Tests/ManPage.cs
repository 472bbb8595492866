using System.CommandLine;
using System.Text;

namespace Mibera.Run.Tests;

/// <summary>
/// A manual page whose section OPTIONS is made from the options themselves. The rest is written by hand. With the environment
/// variable MIBERA_UPDATE=1 the test brings the section up to date.
/// </summary>
internal static class ManPage
{
    private const string Begin = ".SH OPTIONS\n", End = "\n.SH ";

    public static void IsUpToDate(string name, RootCommand command)
    {
        var path = Find(name);
        Assert.SkipWhen(path is null, $"docs/{name} not found above {AppContext.BaseDirectory}: the sources are elsewhere.");
        var page = File.ReadAllText(path!).ReplaceLineEndings("\n");
        var start = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var expected = page[..start] + Options(command) + page[(page.IndexOf(End, start, StringComparison.Ordinal) + 1)..];
        if (Environment.GetEnvironmentVariable("MIBERA_UPDATE") == "1")
            File.WriteAllText(path!, expected);
        else
            Assert.True(page == expected, $"docs/{name} differs from the options. Run this test with MIBERA_UPDATE=1 and look at what changed.");
    }

    private static string Options(RootCommand command)
    {
        var text = new StringBuilder();
        foreach (var option in command.Options.Where(o => !o.Hidden))
        {
            // Short names first, as --help has them.
            var names = option.Aliases.Append(option.Name).Where(n => n[0] == '-').Distinct().OrderBy(n => n.Length).ThenBy(n => n, StringComparer.Ordinal);
            text.Append(".TP\n").AppendJoin(", ", names.Select(n => $"\\fB{Escape(n)}\\fR"));
            if (option.HelpName is { } value)
                text.Append($" \\fI{Escape(value)}\\fR");
            var description = Escape(option.Description ?? "");
            // A line that begins with one of these would be a request.
            text.Append('\n').Append(description is ['.' or '\'', ..] ? "\\&" : "").Append(description).Append('\n');
        }
        return text.ToString();
    }

    private static string? Find(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "docs", name);
            if (File.Exists(path))
                return path;
        }
        return null;
    }

    private static string Escape(string text) => text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
}
