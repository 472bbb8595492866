using System.Globalization;
using System.Text;
using System.Xml;

namespace Mibera.Bench.Reports;

/// <summary>A report's bars as a picture: horizontal bars, a panel for each measure, readable on light and dark pages.</summary>
internal static class SvgChart
{
    private const int Width = 760;
    private const int LabelWidth = 220;
    private const int ValueWidth = 70;
    private const int Margin = 16;
    private const int RowHeight = 24;
    private const int BarHeight = 16;
    private const int TitleHeight = 34;
    private const string Style =
        "text{font:13px system-ui,sans-serif;fill:#333}.title{font-weight:600}.page{fill:#fff}.first{fill:#1f7a8c}.second{fill:#bf8b2e}"
        + "@media(prefers-color-scheme:dark){text{fill:#ddd}.page{fill:#1b1b1b}}";

    public static void Save(BenchReport report, string path)
    {
        using var file = File.Create(path);
        Write(report, file);
    }

    public static void Write(BenchReport report, Stream output)
    {
        var panels = Chart.Of(report).ToArray();
        var height = 2 * Margin + panels.Sum(panel => TitleHeight + panel.Bars.Count * RowHeight) + RowHeight;
        using var svg = XmlWriter.Create(output, new XmlWriterSettings { Indent = true, CloseOutput = false, Encoding = new UTF8Encoding(false) });
        svg.WriteStartElement("svg", "http://www.w3.org/2000/svg");
        Attributes(svg, ("viewBox", $"0 0 {Width} {height}"), ("width", Text(Width)), ("height", Text(height)), ("role", "img"));
        svg.WriteElementString("style", Style);
        Rectangle(svg, "page", 0, 0, Width, height);
        double y = Margin;
        foreach (var panel in panels) y = Write(panel, svg, y);
        Label(svg, "note", Margin, y + RowHeight / 2d, "start", report.Machine.Processor);
        svg.WriteEndElement();
    }

    /// <summary>Draws a panel from <paramref name="y"/> down; returns where it ends.</summary>
    private static double Write(ChartPanel panel, XmlWriter svg, double y)
    {
        var longest = Math.Max(double.Epsilon, panel.Bars.Max(bar => bar.Value));
        const int Room = Width - LabelWidth - ValueWidth - Margin;
        Label(svg, "title", Margin, y + TitleHeight * 0.6, "start", panel.Title);
        y += TitleHeight;
        foreach (var bar in panel.Bars)
        {
            var length = Math.Max(1, Room * bar.Value / longest);
            var middle = y + RowHeight * 0.68;
            Label(svg, "label", LabelWidth - 8, middle, "end", bar.Label);
            Rectangle(svg, panel.Accent == ChartAccent.First ? "first" : "second", LabelWidth, y + (RowHeight - BarHeight) / 2d, length, BarHeight);
            Label(svg, "value", LabelWidth + length + 6, middle, "start", Numbers.Rate(bar.Value));
            y += RowHeight;
        }
        return y;
    }

    private static void Rectangle(XmlWriter svg, string style, double x, double y, double width, double height)
    {
        svg.WriteStartElement("rect");
        Attributes(svg, ("class", style), ("x", Text(x)), ("y", Text(y)), ("width", Text(width)), ("height", Text(height)));
        svg.WriteEndElement();
    }

    private static void Label(XmlWriter svg, string style, double x, double y, string anchor, string text)
    {
        svg.WriteStartElement("text");
        Attributes(svg, ("class", style), ("x", Text(x)), ("y", Text(y)), ("text-anchor", anchor));
        svg.WriteString(text);
        svg.WriteEndElement();
    }

    private static void Attributes(XmlWriter svg, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        foreach (var (name, value) in attributes) svg.WriteAttributeString(name, value);
    }

    private static string Text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
