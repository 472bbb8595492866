using Mibera.Bench.Kernels;
using Mibera.Bench.Machine;
using Mibera.Bench.Models;

namespace Mibera.Bench.Reports;

/// <summary>Everything that one run measured.</summary>
internal sealed record BenchReport
{
    public required MachineDescription Machine { get; init; }

    public IReadOnlyList<ModelResult> Models { get; init; } = [];

    /// <summary>What the machine could do while <see cref="Kernels"/> were measured; models have limits of their own.</summary>
    public MachineLimits? Limits { get; init; }

    public IReadOnlyList<KernelResult> Kernels { get; init; } = [];
}
