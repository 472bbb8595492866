using System.CommandLine.Parsing;
using Mibera.Bench.Kernels;
using Mibera.Bench.Reports;
using Mibera.Bench.Synthetic;
using Mibera.Inference.Gguf;
using Mibera.Inference.Simd;

namespace Mibera.Bench.CommandLine;

/// <summary>Lists on the command line: separated by commas, or by naming the option again.</summary>
internal static class Parsers
{
    public static IEnumerable<string> Items(IEnumerable<string>? values) =>
        (values ?? []).SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    public static ModelShape[] Shapes(ArgumentResult result) => Parse(
        result, "model shape", ModelShapes.All.Select(shape => shape.Name),
        name => ModelShapes.TryFind(name, out var shape) ? shape : null);

    public static Quantization[] Quantizations(IEnumerable<string> names, Action<string> error) => Parse(
        names, error, "quantization", Quantization.All.Select(quantization => quantization.Name),
        name => Quantization.TryFind(name, out var quantization) ? quantization : null);

    public static GgmlType[] KernelTypes(IEnumerable<string> names, Action<string> error) =>
    [
        .. Parse(
            names, error, "format", KernelBenchSettings.AllTypes.Select(type => type.ToString()),
            name => Enum.TryParse<GgmlType>(name, ignoreCase: true, out var type) && type.IsWeightFormat() && !char.IsAsciiDigit(name[0])
                ? (GgmlType?)type
                : null)
            .Select(type => type!.Value),
    ];

    public static InstructionSet[] Sets(ArgumentResult result) =>
    [
        .. Parse(
            result, "instruction set of this machine", InstructionSets.Supported.Select(InstructionSets.Name),
            name => InstructionSets.Supported.Where(set => string.Equals(InstructionSets.Name(set), name, StringComparison.OrdinalIgnoreCase))
                .Select(set => (InstructionSet?)set).FirstOrDefault())
            .Select(set => set!.Value),
    ];

    /// <summary>The one format that is named.</summary>
    public static ReportFormat Format(ArgumentResult result) => Parse(
        result.Tokens.Select(token => token.Value), result.AddError, "output format", Enum.GetNames<ReportFormat>().Select(name => name.ToLowerInvariant()),
        name => Enum.GetValues<ReportFormat>().Where(format => string.Equals(format.ToString(), name, StringComparison.OrdinalIgnoreCase))
            .Select(format => (ReportFormat?)format).FirstOrDefault())
        .FirstOrDefault() ?? ReportFormat.Table;

    private static T[] Parse<T>(ArgumentResult result, string kind, IEnumerable<string> known, Func<string, T?> find) =>
        Parse(Items(result.Tokens.Select(token => token.Value)), result.AddError, kind, known, find);

    private static T[] Parse<T>(IEnumerable<string> names, Action<string> error, string kind, IEnumerable<string> known, Func<string, T?> find)
    {
        var found = new List<T>();
        foreach (var name in names)
        {
            if (find(name) is { } item) found.Add(item);
            else error($"'{name}' is no {kind}; known are {string.Join(", ", known)}.");
        }
        return [.. found];
    }
}
