using System.Globalization;
using Mibera.Bench.Kernels;
using Mibera.Bench.Machine;
using Mibera.Bench.Models;
using Mibera.Inference.Simd;

namespace Mibera.Bench.Reports;

/// <summary>The tables that people see of a report.</summary>
internal static class ReportTables
{
    private static readonly string[] MemoryHeaders = ["from memory Gw/s", "GB/s", "of R"];

    public static string Machine(MachineDescription machine) =>
        $"{machine.Processor}, {machine.LogicalProcessors} logical processors, {ByteText.Of(machine.MemoryBytes)}; {machine.System}; {machine.Runtime}";

    public static IEnumerable<ReportTable> Of(BenchReport report)
    {
        if (report.Models.Count > 0) yield return Models(report.Models);
        foreach (var set in report.Kernels.GroupBy(result => result.Set)) yield return Kernels(set.Key, [.. set]);
    }

    private static ReportTable Models(IReadOnlyList<ModelResult> results)
    {
        var first = results[0];
        var limits = first.Limits;
        var rows = results.Select(result => (string[])
        [
            result.Name,
            ByteText.Of(result.FileBytes),
            Numbers.Spread(result.Prefill),
            Numbers.Share(result.PrefillShareOfPeak),
            Numbers.Spread(result.Decode),
            Numbers.Share(result.DecodeShareOfMemory),
            Numbers.Share(result.DecodeShareOfBound),
            Numbers.Rate(result.Limits.R),
            Numbers.Rate(result.Limits.P),
            ByteText.Of(result.PeakMemoryBytes),
        ]);
        var depth = first.Depth > 0 ? $" after {first.Depth} tokens" : "";
        return new ReportTable(
            $"Models, {limits.Threads} threads, {first.InstructionSet}: prefill of {first.PromptTokens}, decode of {first.GeneratedTokens} tokens{depth}",
            ["model", "size", "prefill tok/s", "of P", "decode tok/s", "of R", "of bound", "R GB/s", "P GMAC/s", "peak RSS"],
            1, [.. rows],
            [
                $"R: memory read by {limits.Threads} threads. P: {IntegerPeak.Description}, per thread. Both measured between the repetitions, best of all.",
                "of P: products per second / (threads x P). of R: bytes read per token, keys and values included, x tokens per second / R.",
                "of bound: tokens per second / the lesser of R / bytes and threads x L / weights, L being the kernels' own rate in cache.",
            ]);
    }

    private static ReportTable Kernels(InstructionSet set, IReadOnlyList<KernelResult> results)
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
            ["format", "cell", "bits", "decode Gw/s", "GB/s", "of P", "prefill GMAC/s", "of P", .. memory ? MemoryHeaders : []],
            2, [.. rows],
            [$"P: {IntegerPeak.Description}: {Numbers.Rate(peak)} GMAC/s, and again beside each format. Everything in the second-level cache; best of several short runs."]);
    }

    private static string[] Memory(KernelResult result) => result is { Memory: { } memory, Read: { } read }
        ? [Numbers.Rate(memory.Best), Numbers.Rate(result.Bandwidth(memory)), Numbers.Share(result.Bandwidth(memory) / read.Best)]
        : ["-", "-", "-"];
}
