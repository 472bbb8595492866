using Mibera.Bench.Kernels;
using Mibera.Bench.Machine;
using Mibera.Bench.Models;

namespace Mibera.Bench.Reports;

/// <summary>Everything that one run measured.</summary>
internal sealed record BenchReport
{
    public required MachineDescription Machine { get; init; }

    public IReadOnlyList<ModelResult> Models { get; init; } = [];

    public IReadOnlyList<KernelResult> Kernels { get; init; } = [];
}
