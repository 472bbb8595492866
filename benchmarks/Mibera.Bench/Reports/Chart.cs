using Mibera.Inference.Simd;

namespace Mibera.Bench.Reports;

/// <summary>The bars of one measure.</summary>
internal sealed record ChartPanel(string Title, ChartAccent Accent, IReadOnlyList<ChartBar> Bars);

internal sealed record ChartBar(string Label, double Value);

/// <summary>Which of its two colours a chart shows.</summary>
internal enum ChartAccent
{
    First,
    Second,
}

/// <summary>What of a report is drawn: decode and prefill, each with its own scale.</summary>
internal static class Chart
{
    public static IEnumerable<ChartPanel> Of(BenchReport report)
    {
        var decoded = report.Models.Where(result => result.Decode.Count > 0).ToArray();
        if (decoded.Length > 0)
            yield return new("decode, tokens/s", ChartAccent.First, [.. decoded.Select(result => new ChartBar(result.Name, result.Decode.Mean))]);
        var prefilled = report.Models.Where(result => result.Prefill.Count > 0).ToArray();
        if (prefilled.Length > 0)
            yield return new("prefill, tokens/s", ChartAccent.Second, [.. prefilled.Select(result => new ChartBar(result.Name, result.Prefill.Mean))]);
        foreach (var set in report.Kernels.GroupBy(result => result.Set))
        {
            var name = InstructionSets.Name(set.Key);
            yield return new(
                $"decode, {name}, Gweights/s per thread", ChartAccent.First,
                [.. set.Select(result => new ChartBar(result.Type.ToString(), result.Decode.Best))]);
            yield return new(
                $"prefill, {name}, GMAC/s per thread", ChartAccent.Second,
                [.. set.Select(result => new ChartBar(result.Type.ToString(), result.Prefill.Best))]);
        }
    }
}
