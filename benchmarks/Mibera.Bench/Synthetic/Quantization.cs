using System.Diagnostics.CodeAnalysis;
using Mibera.Inference.Gguf;

namespace Mibera.Bench.Synthetic;

/// <summary>A quantization as files are named after: <c>Q4_K_M</c> and the like.</summary>
/// <param name="Name">The name that llama.cpp gives it.</param>
/// <param name="FileType">The number that <c>general.file_type</c> carries.</param>
/// <param name="Base">The type of most matrices.</param>
internal sealed record Quantization(string Name, uint FileType, GgmlType Base)
{
    /// <summary>Source: <c>llama_ftype</c> and <c>llama_ftype_get_default_type</c> of llama.cpp.</summary>
    public static IReadOnlyList<Quantization> All { get; } =
    [
        new("F32", 0, GgmlType.F32),
        new("F16", 1, GgmlType.F16),
        new("BF16", 32, GgmlType.BF16),
        new("Q8_0", 7, GgmlType.Q8_0),
        new("Q6_K", 18, GgmlType.Q6_K),
        new("Q5_K_M", 17, GgmlType.Q5_K),
        new("Q5_K_S", 16, GgmlType.Q5_K),
        new("Q5_1", 9, GgmlType.Q5_1),
        new("Q5_0", 8, GgmlType.Q5_0),
        new("Q4_K_M", 15, GgmlType.Q4_K),
        new("Q4_K_S", 14, GgmlType.Q4_K),
        new("Q4_1", 3, GgmlType.Q4_1),
        new("Q4_0", 2, GgmlType.Q4_0),
        new("IQ4_NL", 25, GgmlType.IQ4_NL),
        new("IQ4_XS", 30, GgmlType.IQ4_XS),
        new("NVFP4", 39, GgmlType.NVFP4),
        new("MXFP4", 38, GgmlType.MXFP4),
        new("Q3_K_L", 13, GgmlType.Q3_K),
        new("Q3_K_M", 12, GgmlType.Q3_K),
        new("Q3_K_S", 11, GgmlType.Q3_K),
        new("IQ3_M", 27, GgmlType.IQ3_S),
        new("IQ3_S", 26, GgmlType.IQ3_S),
        new("IQ3_XS", 22, GgmlType.IQ3_S),
        new("IQ3_XXS", 23, GgmlType.IQ3_XXS),
        new("Q2_K", 10, GgmlType.Q2_K),
        new("Q2_K_S", 21, GgmlType.Q2_K),
        new("IQ2_M", 29, GgmlType.IQ2_S),
        new("IQ2_S", 28, GgmlType.IQ2_XS),
        new("IQ2_XS", 20, GgmlType.IQ2_XS),
        new("IQ2_XXS", 19, GgmlType.IQ2_XXS),
        new("Q2_0", 41, GgmlType.Q2_0),
        new("TQ2_0", 37, GgmlType.TQ2_0),
        new("TQ1_0", 36, GgmlType.TQ1_0),
        new("IQ1_M", 31, GgmlType.IQ1_M),
        new("IQ1_S", 24, GgmlType.IQ1_S),
        new("Q1_0", 40, GgmlType.Q1_0),
    ];

    /// <summary>Finds a quantization by its name, or by the short names that llama.cpp knows, too.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out Quantization? quantization)
    {
        var full = name.ToUpperInvariant() switch
        {
            "Q3_K" => "Q3_K_M",
            "Q4_K" => "Q4_K_M",
            "Q5_K" => "Q5_K_M",
            "MXFP4_MOE" => "MXFP4",
            var other => other,
        };
        quantization = All.FirstOrDefault(candidate => candidate.Name == full);
        return quantization is not null;
    }

    public override string ToString() => Name;
}
