namespace Mibera.Bench.Reports;

/// <summary>Tables in Markdown.</summary>
internal static class MarkdownReport
{
    public static void Write(BenchReport report, TextWriter output)
    {
        output.WriteLine(ReportTables.Machine(report.Machine));
        foreach (var table in ReportTables.Of(report)) Write(table, output);
    }

    private static void Write(ReportTable table, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"**{table.Title}**");
        output.WriteLine();
        output.WriteLine(Line(table.Headers.Select(header => header.Replace('\n', ' '))));
        output.WriteLine(Line(table.Headers.Select((_, column) => column < table.NameColumns ? "---" : "---:")));
        foreach (var row in table.Rows) output.WriteLine(Line(row.Select(Escape)));
        output.WriteLine();
        foreach (var note in table.Notes) output.WriteLine(note);
    }

    private static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    private static string Escape(string cell) => cell.Replace("|", "\\|", StringComparison.Ordinal);
}
