using Mibera.Inference.Gguf;
using Mibera.Inference.Simd;

namespace Mibera.Bench.Kernels;

/// <summary>What to measure of the kernel table.</summary>
internal sealed record KernelBenchSettings
{
    public required IReadOnlyList<GgmlType> Types { get; init; }

    public required IReadOnlyList<InstructionSet> Sets { get; init; }

    /// <summary>Rows of activations in the prefill measurement.</summary>
    public int Tokens { get; init; } = 512;

    /// <summary>Length of the rows: the width of Phi-4.</summary>
    public int Columns { get; init; } = 5120;

    /// <summary>Measurements of a cell, of which the best counts.</summary>
    public int Rounds { get; init; } = 12;

    /// <summary>Threads of the measurement from memory; 0: none.</summary>
    public int MemoryThreads { get; init; }

    /// <summary>All formats that kernels exist for.</summary>
    public static IReadOnlyList<GgmlType> AllTypes { get; } = [.. Enum.GetValues<GgmlType>().Where(type => type.IsWeightFormat())];
}
