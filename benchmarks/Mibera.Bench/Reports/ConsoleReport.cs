using Spectre.Console;

namespace Mibera.Bench.Reports;

/// <summary>Tables and bar charts in a terminal.</summary>
internal static class ConsoleReport
{
    // Without a terminal nothing limits the width; wrapped cells would serve nobody.
    private const int WidthWithoutTerminal = 200;

    public static void Write(BenchReport report, IAnsiConsole console)
    {
        if (!console.Profile.Out.IsTerminal) console.Profile.Width = WidthWithoutTerminal;
        console.WriteLine(ReportTables.Machine(report.Machine));
        foreach (var table in ReportTables.Of(report)) Write(table, console);
        foreach (var panel in Chart.Of(report)) Write(panel, console);
    }

    private static void Write(ReportTable table, IAnsiConsole console)
    {
        var view = new Table { Border = TableBorder.Simple, Title = new TableTitle(Markup.Escape(table.Title)) };
        for (var column = 0; column < table.Headers.Count; column++)
        {
            // Only names may wrap: a number in two lines is no number.
            var header = new TableColumn(Markup.Escape(table.Headers[column]));
            view.AddColumn(column < table.NameColumns ? header.LeftAligned().PadLeft(0) : header.RightAligned().NoWrap().Padding(1, 0));
        }
        foreach (var row in table.Rows) view.AddRow([.. row.Select(Markup.Escape)]);
        console.WriteLine();
        console.Write(view);
        foreach (var note in table.Notes) console.WriteLine(note);
    }

    private static void Write(ChartPanel panel, IAnsiConsole console)
    {
        var width = Math.Min(console.Profile.Width, 100);
        var view = new BarChart { Width = width, Label = Markup.Escape(panel.Title), LabelAlignment = Justify.Left, ShowValues = true }
            .UseValueFormatter(Numbers.Rate);
        foreach (var bar in panel.Bars) view.AddItem(Markup.Escape(bar.Label), bar.Value, panel.Accent == ChartAccent.First ? Color.Teal : Color.Olive);
        console.WriteLine();
        console.Write(view);
    }
}
