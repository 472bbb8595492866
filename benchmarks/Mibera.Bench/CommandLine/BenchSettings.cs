using Mibera.Bench.Reports;
using Mibera.Bench.Synthetic;
using Mibera.Inference.Gguf;
using Mibera.Inference.Simd;

namespace Mibera.Bench.CommandLine;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchSettings
{
    public IReadOnlyList<string> Models { get; init; } = [];

    public IReadOnlyList<SyntheticModel> Synthetic { get; init; } = [];

    /// <summary>Whether the kernel table is measured, and of what.</summary>
    public bool Kernels { get; init; }

    public IReadOnlyList<GgmlType> KernelTypes { get; init; } = [];

    /// <summary>The sets asked for; without any, all for kernels and the engine's own choice for models.</summary>
    public IReadOnlyList<InstructionSet> Sets { get; init; } = [];

    public int PromptTokens { get; init; } = 512;

    public int GeneratedTokens { get; init; } = 128;

    public int Depth { get; init; }

    /// <summary>0: the engine's default.</summary>
    public int Threads { get; init; }

    public int Repetitions { get; init; } = 3;

    public int? MicroBatch { get; init; }

    /// <summary>Whether models are mapped, as the engine does unless told otherwise, or read into memory.</summary>
    public bool MemoryMap { get; init; } = true;

    /// <summary>Whether kernels are measured from memory, too.</summary>
    public bool FromMemory { get; init; }

    /// <summary>Whether the time to a model's first logits is measured, and nothing else.</summary>
    public bool FirstToken { get; init; }

    public ReportFormat Format { get; init; }

    public string? Chart { get; init; }

    public string? Scratch { get; init; }

    public bool Keep { get; init; }
}
