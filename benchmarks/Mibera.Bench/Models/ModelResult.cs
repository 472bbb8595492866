using Mibera.Bench.Machine;
using Mibera.Bench.Measuring;

namespace Mibera.Bench.Models;

/// <summary>What a model reached, and what the machine could have reached with it.</summary>
internal sealed record ModelResult
{
    public required string Path { get; init; }

    /// <summary>The file's name without its ending.</summary>
    public required string Name { get; init; }

    public required long FileBytes { get; init; }

    public required ModelCost Cost { get; init; }

    /// <summary>The instruction set of the kernels.</summary>
    public required string InstructionSet { get; init; }

    public required TimeSpan LoadTime { get; init; }

    /// <summary>Tokens of the prompt; 0: no prefill measured.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens decoded one by one; 0: no decode measured.</summary>
    public required int GeneratedTokens { get; init; }

    /// <summary>Tokens in the cache before either.</summary>
    public required int Depth { get; init; }

    /// <summary>Prompt tokens per second, a value for each repetition.</summary>
    public required Samples Prefill { get; init; }

    /// <summary>Decoded tokens per second, a value for each repetition.</summary>
    public required Samples Decode { get; init; }

    public required long PeakMemoryBytes { get; init; }

    /// <summary>R and P, measured between the repetitions.</summary>
    public required MachineLimits Limits { get; init; }

    /// <summary>
    /// Weights per second of the kernels themselves with everything in cache, as the token's weights mix the formats:
    /// Gweights/s per thread (L).
    /// </summary>
    public required double KernelRate { get; init; }

    /// <summary>Bytes read per decoded token, keys and values included.</summary>
    public double BytesPerToken => Cost.BytesPerDecodedToken(Depth, GeneratedTokens);

    /// <summary>Decoded tokens per second if nothing but memory counted: R / bytes per token.</summary>
    public double MemoryBound => Limits.R * 1e9 / BytesPerToken;

    /// <summary>Decoded tokens per second if nothing but the kernels counted: threads x L / weights.</summary>
    public double KernelBound => Limits.Threads * KernelRate * 1e9 / (Cost.LayerMacs + Cost.OutputMacs);

    /// <summary>Prompt tokens per second if nothing but products counted: threads x P / weights.</summary>
    public double PeakBound => Limits.Threads * Limits.P * 1e9 / Cost.MacsPerPromptToken(Math.Max(1, PromptTokens));

    /// <summary>Decode / <see cref="MemoryBound"/>; null where no decode was measured.</summary>
    public double? DecodeShareOfMemory => Decode.Count == 0 ? null : Decode.Median / MemoryBound;

    /// <summary>Decode / the lesser bound; null where no decode was measured.</summary>
    public double? DecodeShareOfBound => Decode.Count == 0 ? null : Decode.Median / Math.Min(MemoryBound, KernelBound);

    /// <summary>Prefill / <see cref="PeakBound"/>; null where no prefill was measured.</summary>
    public double? PrefillShareOfPeak => Prefill.Count == 0 ? null : Prefill.Median / PeakBound;
}
