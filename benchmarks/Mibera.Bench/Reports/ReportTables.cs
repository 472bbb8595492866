using System.Globalization;
using Mibera.Bench.Kernels;
using Mibera.Bench.Machine;
using Mibera.Bench.Models;
using Mibera.Inference.Simd;

namespace Mibera.Bench.Reports;

/// <summary>The tables that people see of a report.</summary>
internal static class ReportTables
{
    private static readonly string[] MemoryHeaders = ["memory\nGw/s", "GB/s", "of R"];

    public static string Machine(MachineDescription machine) =>
        $"{machine.Processor}, {machine.LogicalProcessors} logical processors, {ByteText.Of(machine.MemoryBytes)}; {machine.System}; {machine.Runtime}";

    public static IEnumerable<ReportTable> Of(BenchReport report)
    {
        if (report.Models.Count > 0)
        {
            yield return Models(report.Models);
            yield return Limits(report.Models);
        }
        foreach (var set in report.Kernels.GroupBy(result => result.Set)) yield return Kernels(set.Key, [.. set], report.Limits);
    }

    private static ReportTable Models(IReadOnlyList<ModelResult> results)
    {
        var first = results[0];
        var rows = results.Select(result => (string[])
        [
            result.Name,
            Numbers.Gibibytes(result.FileBytes),
            Numbers.Spread(result.Prefill),
            Numbers.Share(result.PrefillShareOfPeak),
            Numbers.Spread(result.Decode),
            Numbers.Share(result.DecodeShareOfMemory),
            Numbers.Share(result.DecodeShareOfBound),
            Numbers.Gibibytes(result.PeakMemoryBytes),
        ]);
        var depth = first.Depth > 0 ? $" after {first.Depth} tokens" : "";
        return new ReportTable(
            $"Models, {first.Limits.Threads} threads, {first.InstructionSet}: prefill of {first.PromptTokens}, decode of {first.GeneratedTokens} tokens{depth}",
            ["model", "size\nGiB", "prefill\ntok/s", "of P", "decode\ntok/s", "of R", "of\nbound", "peak RSS\nGiB"],
            1, [.. rows],
            [
                "Shares are of medians. of P: products per second / (threads x P). of R: bytes read per token, keys and values included, x tokens per second / R.",
                "of bound: tokens per second / the lesser of R / bytes and threads x L / weights.",
            ]);
    }

    /// <summary>What the shares of the other table are shares of.</summary>
    private static ReportTable Limits(IReadOnlyList<ModelResult> results) => new(
        "The machine's limits, measured between the repetitions: median (and best)",
        ["model", "R\nGB/s", "P\nGMAC/s", "L\nGw/s", "bytes\nGB/token", "R / bytes\ntok/s", "threads x L\n/ weights\ntok/s"],
        1,
        [.. results.Select(result => (string[])
        [
            result.Name,
            Numbers.MedianAndBest(result.Limits.ReadBandwidth),
            Numbers.MedianAndBest(result.Limits.IntegerPeak),
            Numbers.Rate(result.KernelRate),
            Numbers.Rate(result.BytesPerToken / 1e9),
            Numbers.Rate(result.MemoryBound),
            Numbers.Rate(result.KernelBound),
        ])],
        [
            $"R: memory read by all threads together. P: {IntegerPeak.Description}, per thread, all at it.",
            "L: the kernels' own rate per thread, all at it, with everything in cache, for the model's mix of formats.",
        ]);

    private static ReportTable Kernels(InstructionSet set, IReadOnlyList<KernelResult> results, MachineLimits? limits)
    {
        var memory = results.Any(result => result.Memory is not null);
        var peak = results.Max(result => result.Peak.Best);
        var rows = results.Select(result => (string[])
        [
            result.Type.ToString(),
            result.Cell is { } cell ? InstructionSets.Name(cell) : "scalar",
            result.BitsPerWeight.ToString("0.00", CultureInfo.InvariantCulture),
            Numbers.Rate(result.Decode.Best),
            Numbers.Rate(result.Bandwidth(result.Decode)),
            Numbers.Share(result.DecodeShare),
            Numbers.Rate(result.Prefill.Best),
            Numbers.Share(result.PrefillShare),
            .. memory ? Memory(result) : [],
        ]);
        return new ReportTable(
            $"Kernels, {InstructionSets.Name(set)}, one thread",
            ["format", "cell", "bits", "decode\nGw/s", "GB/s", "of P", "prefill\nGMAC/s", "of P", .. memory ? MemoryHeaders : []],
            2, [.. rows],
            [
                $"P: {IntegerPeak.Description}: {Numbers.Rate(peak)} GMAC/s here, and again beside each format. Everything in the second-level cache; best of several short runs.",
                .. limits is null ? [] : (string[])[Limits(limits)],
            ]);
    }

    private static string Limits(MachineLimits limits) =>
        $"{limits.Threads} threads: R {Numbers.BestAndWorst(limits.ReadBandwidth)} GB/s together, P {Numbers.BestAndWorst(limits.IntegerPeak)} GMAC/s each:"
        + $" best (and worst) of {limits.ReadBandwidth.Count} samples in the same minutes.";

    private static string[] Memory(KernelResult result) => result is { Memory: { } memory, Read: { } read }
        ? [Numbers.Rate(memory.Best), Numbers.Rate(result.Bandwidth(memory)), Numbers.Share(result.Bandwidth(memory) / read.Best)]
        : ["-", "-", "-"];
}
