using System.Text.Encodings.Web;
using System.Text.Json;
using Mibera.Bench.Kernels;
using Mibera.Bench.Machine;
using Mibera.Bench.Measuring;
using Mibera.Bench.Models;
using Mibera.Inference.Simd;

namespace Mibera.Bench.Reports;

/// <summary>Everything that was measured, every single value included.</summary>
internal static class JsonReport
{
    public static void Write(BenchReport report, Stream output)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        Write(json, report.Machine);
        if (report.Limits is { } limits) Write(json, limits);
        json.WriteStartArray("models");
        foreach (var result in report.Models) Write(json, result);
        json.WriteEndArray();
        json.WriteStartArray("kernels");
        foreach (var result in report.Kernels) Write(json, result);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, MachineDescription machine)
    {
        json.WriteStartObject("machine");
        json.WriteString("processor", machine.Processor);
        json.WriteNumber("logical_processors", machine.LogicalProcessors);
        json.WriteNumber("memory_bytes", machine.MemoryBytes);
        json.WriteString("system", machine.System);
        json.WriteString("runtime", machine.Runtime);
        json.WriteString("integer_peak", IntegerPeak.Description);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, MachineLimits limits)
    {
        json.WriteStartObject("limits");
        json.WriteNumber("threads", limits.Threads);
        Write(json, "r_gb_per_second", limits.ReadBandwidth);
        Write(json, "p_gmac_per_second", limits.IntegerPeak);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ModelResult result)
    {
        json.WriteStartObject();
        json.WriteString("model", result.Name);
        json.WriteString("path", result.Path);
        json.WriteNumber("file_bytes", result.FileBytes);
        json.WriteNumber("parameters", result.Cost.Parameters);
        json.WriteString("isa", result.InstructionSet);
        json.WriteNumber("threads", result.Limits.Threads);
        json.WriteNumber("prompt_tokens", result.PromptTokens);
        json.WriteNumber("generated_tokens", result.GeneratedTokens);
        json.WriteNumber("depth", result.Depth);
        json.WriteNumber("load_seconds", result.LoadTime.TotalSeconds);
        Write(json, "prefill_tokens_per_second", result.Prefill);
        Write(json, "decode_tokens_per_second", result.Decode);
        json.WriteNumber("peak_rss_bytes", result.PeakMemoryBytes);
        json.WriteNumber("bytes_per_decoded_token", result.BytesPerToken);
        json.WriteNumber("macs_per_prompt_token", result.Cost.MacsPerPromptToken(Math.Max(1, result.PromptTokens)));
        Write(json, "r_gb_per_second", result.Limits.ReadBandwidth);
        Write(json, "p_gmac_per_second", result.Limits.IntegerPeak);
        json.WriteNumber("l_gweights_per_second", result.KernelRate);
        Share(json, "prefill_share_of_p", result.PrefillShareOfPeak);
        Share(json, "decode_share_of_r", result.DecodeShareOfMemory);
        Share(json, "decode_share_of_bound", result.DecodeShareOfBound);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, KernelResult result)
    {
        json.WriteStartObject();
        json.WriteString("format", result.Type.ToString());
        json.WriteString("isa", InstructionSets.Name(result.Set));
        json.WriteString("cell", result.Cell is { } cell ? InstructionSets.Name(cell) : "scalar");
        json.WriteNumber("bits_per_weight", result.BitsPerWeight);
        Write(json, "decode_gweights_per_second", result.Decode);
        Write(json, "prefill_gmac_per_second", result.Prefill);
        Write(json, "p_gmac_per_second", result.Peak);
        json.WriteNumber("decode_share_of_p", result.DecodeShare);
        json.WriteNumber("prefill_share_of_p", result.PrefillShare);
        if (result is { Memory: { } memory, Read: { } read })
        {
            Write(json, "memory_gweights_per_second", memory);
            Write(json, "r_gb_per_second", read);
        }
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, Samples samples)
    {
        json.WriteStartObject(name);
        if (samples.Count > 0)
        {
            json.WriteNumber("mean", samples.Mean);
            json.WriteNumber("sd", samples.StandardDeviation);
            json.WriteNumber("median", samples.Median);
            json.WriteNumber("min", samples.Worst);
            json.WriteNumber("max", samples.Best);
        }
        json.WriteStartArray("samples");
        foreach (var value in samples.Values) json.WriteNumberValue(value);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Share(Utf8JsonWriter json, string name, double? share)
    {
        if (share is { } value) json.WriteNumber(name, value);
    }
}
