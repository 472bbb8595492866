using Mibera.Bench.Kernels;
using Mibera.Bench.Machine;
using Mibera.Bench.Measuring;
using Mibera.Bench.Models;
using Mibera.Bench.Reports;
using Mibera.Inference.Gguf;
using Mibera.Inference.Simd;

namespace Mibera.Bench.Tests.Reports;

/// <summary>A report whose shares are round numbers, with names that need quoting in every format.</summary>
internal static class SampleReport
{
    public const string AwkwardName = "a|b,\"c\" <&> [d]";

    public static BenchReport Create() => new()
    {
        Machine = new MachineDescription("Processor <x>", 2, "System", "Runtime", 8L << 30),
        Models = [Model(AwkwardName), Model("second") with { PromptTokens = 0, Prefill = new Samples() }],
        Limits = new MachineLimits(2, new Samples(40, 50), new Samples(150)),
        Kernels = [Kernel(GgmlType.Q2_K, InstructionSet.Avx512), Kernel(GgmlType.IQ1_S, InstructionSet.Portable)],
    };

    private static ModelResult Model(string name) => new()
    {
        Path = $"/models/{name}.gguf",
        Name = name,
        FileBytes = 5L << 30,
        Cost = new ModelCost
        {
            Parameters = 14_000_000_000,
            WeightBytes = 4.9e9,
            CacheBytesPerPosition = 2e6,
            LayerMacs = 10e9,
            OutputMacs = 5e9,
            WeightsByType = new Dictionary<GgmlType, double> { [GgmlType.Q2_K] = 15e9 },
        },
        InstructionSet = "avx512",
        LoadTime = TimeSpan.FromSeconds(0.5),
        PromptTokens = 500,
        GeneratedTokens = 100,
        Depth = 0,
        Prefill = new Samples(10, 12, 14),
        Decode = new Samples(4, 5, 6),
        PeakMemoryBytes = 6L << 30,
        // 5e9 bytes a token: 10 tokens/s from memory; 15e9 weights: 4 tokens/s a thread from the kernels.
        Limits = new MachineLimits(2, new Samples(40, 50, 51), new Samples(150)),
        KernelRate = 60,
    };

    private static KernelResult Kernel(GgmlType type, InstructionSet set) => new()
    {
        Type = type,
        Set = set,
        Cell = set == InstructionSet.Portable ? null : set,
        BitsPerWeight = 2,
        Decode = new Samples(40, 60),
        Prefill = new Samples(75),
        Peak = new Samples(100, 150),
        Memory = set == InstructionSet.Portable ? null : new Samples(80),
        Read = set == InstructionSet.Portable ? null : new Samples(40),
    };
}
