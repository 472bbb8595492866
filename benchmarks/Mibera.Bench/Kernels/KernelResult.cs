using Mibera.Bench.Measuring;
using Mibera.Inference.Gguf;
using Mibera.Inference.Simd;

namespace Mibera.Bench.Kernels;

/// <summary>What one cell of the kernel table reaches on one thread.</summary>
internal sealed record KernelResult
{
    public required GgmlType Type { get; init; }

    public required InstructionSet Set { get; init; }

    /// <summary>The set whose cell serves <see cref="Set"/>, or null where only the scalar definition does.</summary>
    public required InstructionSet? Cell { get; init; }

    public required double BitsPerWeight { get; init; }

    /// <summary>Matrix x vector from the second-level cache, Gweights/s (equal to GMAC/s).</summary>
    public required Samples Decode { get; init; }

    /// <summary>Matrix x many rows, GMAC/s.</summary>
    public required Samples Prefill { get; init; }

    /// <summary>Matrix x vector from memory with all threads, Gweights/s; null where it was not asked for.</summary>
    public Samples? Memory { get; init; }

    /// <summary>P measured between the runs of this cell, GMAC/s.</summary>
    public required Samples Peak { get; init; }

    /// <summary>R measured between the runs of <see cref="Memory"/>, GB/s.</summary>
    public Samples? Read { get; init; }

    public double DecodeShare => Decode.Best / Peak.Best;

    public double PrefillShare => Prefill.Best / Peak.Best;

    /// <summary>Bytes of weights per second, in GB/s, that a rate in Gweights/s means.</summary>
    public double Bandwidth(Samples weights) => weights.Best * BitsPerWeight / 8;
}
