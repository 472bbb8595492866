using Mibera.Bench.Kernels;
using Mibera.Bench.Models;
using Mibera.Inference.Simd;

namespace Mibera.Bench.Reports;

/// <summary>Comma-separated values (RFC 4180): numbers in base units, a header line, a line for each result.</summary>
internal static class CsvReport
{
    private static readonly string[] ModelHeaders =
    [
        "model", "path", "file_bytes", "parameters", "isa", "threads", "prompt_tokens", "generated_tokens", "depth",
        "prefill_mean", "prefill_sd", "prefill_median", "prefill_min", "prefill_max", "prefill_share_of_p",
        "decode_mean", "decode_sd", "decode_median", "decode_min", "decode_max", "decode_share_of_r", "decode_share_of_bound",
        "bytes_per_token", "r_gb_s", "p_gmac_s", "l_gweights_s", "peak_rss_bytes", "load_seconds",
    ];

    private static readonly string[] KernelHeaders =
    [
        "format", "isa", "cell", "bits_per_weight", "decode_gweights_s", "decode_gb_s", "decode_share_of_p",
        "prefill_gmac_s", "prefill_share_of_p", "p_gmac_s", "memory_gweights_s", "memory_gb_s", "r_gb_s",
    ];

    public static void Write(BenchReport report, TextWriter output)
    {
        if (report.Models.Count > 0)
        {
            Line(output, ModelHeaders);
            foreach (var result in report.Models) Line(output, Cells(result));
        }
        if (report.Kernels.Count > 0)
        {
            Line(output, KernelHeaders);
            foreach (var result in report.Kernels) Line(output, Cells(result));
        }
    }

    private static IEnumerable<string> Cells(ModelResult result) =>
    [
        result.Name, result.Path, Numbers.Raw(result.FileBytes), Numbers.Raw(result.Cost.Parameters), result.InstructionSet,
        Numbers.Raw(result.Limits.Threads), Numbers.Raw(result.PromptTokens), Numbers.Raw(result.GeneratedTokens), Numbers.Raw(result.Depth),
        .. Spread(result.Prefill), Numbers.Raw(result.PrefillShareOfPeak),
        .. Spread(result.Decode), Numbers.Raw(result.DecodeShareOfMemory),
        Numbers.Raw(result.DecodeShareOfBound),
        Numbers.Raw(result.BytesPerToken), Numbers.Raw(result.Limits.R), Numbers.Raw(result.Limits.P), Numbers.Raw(result.KernelRate),
        Numbers.Raw(result.PeakMemoryBytes), Numbers.Raw(result.LoadTime.TotalSeconds),
    ];

    private static IEnumerable<string> Cells(KernelResult result) =>
    [
        result.Type.ToString(), InstructionSets.Name(result.Set), result.Cell is { } cell ? InstructionSets.Name(cell) : "scalar",
        Numbers.Raw(result.BitsPerWeight), Numbers.Raw(result.Decode.Best), Numbers.Raw(result.Bandwidth(result.Decode)), Numbers.Raw(result.DecodeShare),
        Numbers.Raw(result.Prefill.Best), Numbers.Raw(result.PrefillShare), Numbers.Raw(result.Peak.Best),
        Numbers.Raw(result.Memory?.Best), Numbers.Raw(result.Memory is { } memory ? result.Bandwidth(memory) : null), Numbers.Raw(result.Read?.Best),
    ];

    private static string[] Spread(Measuring.Samples samples) => samples.Count == 0
        ? ["", "", "", "", ""]
        : [Numbers.Raw(samples.Mean), Numbers.Raw(samples.StandardDeviation), Numbers.Raw(samples.Median), Numbers.Raw(samples.Worst), Numbers.Raw(samples.Best)];

    private static void Line(TextWriter output, IEnumerable<string> cells) => output.WriteLine(string.Join(',', cells.Select(Quote)));

    private static string Quote(string cell) =>
        cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
