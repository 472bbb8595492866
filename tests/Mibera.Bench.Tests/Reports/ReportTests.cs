using System.Text.Json;
using System.Xml.Linq;
using Mibera.Bench.Reports;
using Spectre.Console;

namespace Mibera.Bench.Tests.Reports;

public class ReportTests
{
    [Fact]
    public void Json_holds_every_sample_and_the_shares()
    {
        using var stream = new MemoryStream();
        JsonReport.Write(SampleReport.Create(), stream);
        using var json = JsonDocument.Parse(stream.ToArray());
        var model = json.RootElement.GetProperty("models")[0];
        Assert.Equal(SampleReport.AwkwardName, model.GetProperty("model").GetString());
        Assert.Equal([4, 5, 6], model.GetProperty("decode_tokens_per_second").GetProperty("samples").EnumerateArray().Select(value => value.GetDouble()));
        Assert.Equal(5e9, model.GetProperty("bytes_per_decoded_token").GetDouble());
        Assert.Equal(0.5, model.GetProperty("decode_share_of_r").GetDouble(), 1e-12);
        Assert.Equal(5 / 8d, model.GetProperty("decode_share_of_bound").GetDouble(), 1e-12);
        // 12 tokens/s of 10e9 + 5e9 / 500 weights, of 2 x 150e9.
        Assert.Equal(12 * 10.01 / 300, model.GetProperty("prefill_share_of_p").GetDouble(), 1e-12);
        var unprompted = json.RootElement.GetProperty("models")[1];
        Assert.False(unprompted.TryGetProperty("prefill_share_of_p", out _));
        Assert.Equal(50, json.RootElement.GetProperty("limits").GetProperty("r_gb_per_second").GetProperty("max").GetDouble());
        var kernel = json.RootElement.GetProperty("kernels")[0];
        Assert.Equal(0.4, kernel.GetProperty("decode_share_of_p").GetDouble(), 1e-12);
        Assert.Equal("scalar", json.RootElement.GetProperty("kernels")[1].GetProperty("cell").GetString());
    }

    [Fact]
    public void Csv_has_as_many_values_as_headers_in_every_line()
    {
        using var text = new StringWriter();
        CsvReport.Write(SampleReport.Create(), text);
        var lines = text.ToString().Split(text.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(Cells).ToArray();
        Assert.Equal(("model", "format"), (lines[0][0], lines[3][0]));
        Assert.Equal(SampleReport.AwkwardName, lines[1][0]);
        Assert.All(lines[1..3], line => Assert.Equal(lines[0].Count, line.Count));
        Assert.All(lines[4..], line => Assert.Equal(lines[3].Count, line.Count));
        Assert.Equal("5", lines[1][lines[0].IndexOf("decode_mean")]);
        Assert.Equal("", lines[2][lines[0].IndexOf("prefill_mean")]);
        Assert.Equal("60", lines[4][lines[3].IndexOf("decode_gweights_s")]);
    }

    [Fact]
    public void Markdown_tables_are_rectangular()
    {
        using var text = new StringWriter();
        MarkdownReport.Write(SampleReport.Create(), text);
        var rows = text.ToString().Split(text.NewLine).Where(line => line.StartsWith('|')).ToArray();
        // Header, rule and two models, twice; header, rule and a kernel, twice.
        Assert.Equal(2 * 4 + 2 * 3, rows.Length);
        var columns = rows.Select(row => row.Replace("\\|", "", StringComparison.Ordinal).Count(c => c == '|')).ToArray();
        Assert.Single(columns[..4].Distinct());
        Assert.Single(columns[4..8].Distinct());
        Assert.Single(columns[8..11].Distinct());
        Assert.Contains("5.00 ± 1.00", rows[2], StringComparison.Ordinal);
        Assert.Contains("50 %", rows[2], StringComparison.Ordinal);
    }

    [Fact]
    public void The_chart_is_well_formed_and_has_a_bar_for_every_rate()
    {
        using var stream = new MemoryStream();
        SvgChart.Write(SampleReport.Create(), stream);
        stream.Position = 0;
        var svg = XDocument.Load(stream).Root!;
        XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Equal(ns + "svg", svg.Name);
        var bars = svg.Elements(ns + "rect").Where(bar => (string?)bar.Attribute("class") is "first" or "second").ToArray();
        // Decode of two models, prefill of one, two rates of two kernels.
        Assert.Equal(2 + 1 + 4, bars.Length);
        Assert.Contains(svg.Elements(ns + "text"), text => text.Value == SampleReport.AwkwardName);
        var height = (double)svg.Attribute("height")!;
        Assert.All(bars, bar => Assert.InRange((double)bar.Attribute("y")! + (double)bar.Attribute("height")!, 0, height));
    }

    [Fact]
    public void The_terminal_shows_names_with_brackets_as_they_are()
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        ConsoleReport.Write(SampleReport.Create(), console);
        Assert.Contains(SampleReport.AwkwardName, text.ToString(), StringComparison.Ordinal);
        Assert.Contains("5.00 ± 1.00", text.ToString(), StringComparison.Ordinal);
    }

    /// <summary>One line of RFC 4180.</summary>
    private static List<string> Cells(string line)
    {
        var (cells, cell, quoted) = (new List<string>(), "", false);
        for (var i = 0; i < line.Length; i++)
        {
            if (quoted && line[i] == '"' && i + 1 < line.Length && line[i + 1] == '"') cell += line[++i];
            else if (line[i] == '"') quoted = !quoted;
            else if (line[i] == ',' && !quoted) (cells, cell) = ([.. cells, cell], "");
            else cell += line[i];
        }
        return [.. cells, cell];
    }
}
