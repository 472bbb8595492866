using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text;

namespace Mibera.Run;

/// <summary><c>--help</c>, which fits a screen, and <c>--help-all</c>.</summary>
internal static class HelpText
{
    private const int Width = 96, HeadWidth = 33;

    private const string Usage = """
        mibera-run -m FILE               chat on a terminal
        mibera-run -m FILE -p TEXT       one answer; a pipe or -f FILE gives the text as well
        mibera-run -m FILE -no-cnv ...   continue the text as it is

        """;

    public static void AddTo(RootCommand root)
    {
        foreach (var help in root.Options.OfType<HelpOption>())
            help.Action = new Print(all: false);
        root.Options.Add(new Option<bool>("--help-all") { Description = "list all options", Action = new Print(all: true) });
    }

    public static string Write(bool all)
    {
        var text = new StringBuilder(Usage.ReplaceLineEndings("\n"));
        foreach (var group in CommandLine.Groups)
        {
            text.Append('\n').Append(group.Title).Append(":\n");
            foreach (var option in group.Options.Take(all ? int.MaxValue : group.Common))
                Write(text, Head(option), option.Description ?? "");
        }
        Write(text, "--help, --help-all, --version", all ? "" : "this list, all options, the version");
        return text.ToString();
    }

    private static string Head(Option option)
    {
        var shortest = option.Aliases.Where(a => !a.StartsWith("--", StringComparison.Ordinal)).MinBy(a => a.Length);
        var names = shortest is null ? $"    {option.Name}" : $"{shortest}, {option.Name}";
        return option.HelpName is { } value ? $"{names} {value}" : names;
    }

    private static void Write(StringBuilder text, string head, string description)
    {
        var line = new StringBuilder().Append("  ").Append(head.PadRight(HeadWidth - 2));
        if (head.Length > HeadWidth - 3)
            line.Append(' ');
        foreach (var word in description.Split(' '))
        {
            if (line.Length + word.Length > Width)
            {
                text.Append(line.ToString().TrimEnd()).Append('\n');
                line.Clear().Append(' ', HeadWidth);
            }
            line.Append(word).Append(' ');
        }
        text.Append(line.ToString().TrimEnd()).Append('\n');
    }

    private sealed class Print(bool all) : SynchronousCommandLineAction
    {
        public override bool Terminating => true;

        public override int Invoke(ParseResult parseResult)
        {
            Console.Out.Write(Write(all));
            return ExitCode.Success;
        }
    }
}
