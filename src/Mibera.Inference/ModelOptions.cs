using Mibera.Inference.Gguf;

namespace Mibera.Inference;

/// <summary>How a model is loaded.</summary>
public sealed record ModelOptions
{
    /// <summary>Threads of the model's worker pool; 0: one per physical core that the process may use.</summary>
    public int Threads { get; init; }

    /// <summary>Whether the file is mapped (nothing is copied) or read into memory.</summary>
    public bool MemoryMap { get; init; } = true;

    /// <summary>Positions of a session's KV cache; null: 4096, or the model's own context where that is smaller.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Tokens of a prompt that pass through a layer before the next layer is read.</summary>
    public int BatchSize { get; init; } = 2048;

    /// <summary>Tokens that are multiplied at once; scratch memory grows with it.</summary>
    public int MicroBatchSize { get; init; } = 512;

    /// <summary>Overrules the kind of the norms.</summary>
    public NormSelection Norm { get; init; }

    /// <summary>Overrules the base of the rotary frequencies.</summary>
    public float? RopeFrequencyBase { get; init; }

    /// <summary>Which LongRoPE factors hold.</summary>
    public LongRopeSelection LongRope { get; init; }

    /// <summary>Whether a short text may decide what the file leaves open.</summary>
    public bool Probe { get; init; } = true;

    /// <summary>Metadata that replaces the file's own.</summary>
    public IReadOnlyDictionary<string, GgufValue> MetadataOverrides { get; init; } = new Dictionary<string, GgufValue>();

    /// <summary>The instruction set of the kernels; null: the environment's choice, or the best of this machine.</summary>
    internal Simd.InstructionSet? InstructionSet { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Threads);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Threads, MaxThreads, nameof(Threads));
        if (ContextLength is { } context)
            ArgumentOutOfRangeException.ThrowIfLessThan(context, 1, nameof(ContextLength));
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MicroBatchSize, 1);
        if (RopeFrequencyBase is { } @base && !(float.IsFinite(@base) && @base > 0f))
            throw new ArgumentOutOfRangeException(nameof(RopeFrequencyBase), @base, "The base is a positive number.");
    }

    private const int MaxThreads = 1024;
}
