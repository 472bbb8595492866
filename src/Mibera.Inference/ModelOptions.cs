using Mibera.Inference.Gguf;
using Mibera.Inference.Models;
using Microsoft.Extensions.Logging;

namespace Mibera.Inference;

/// <summary>How a model is loaded.</summary>
public sealed record ModelOptions
{
    /// <summary>Threads of the model's worker pool; 0: one per physical core that the process may use.</summary>
    public int Threads { get; init; }

    /// <summary>Whether the file is mapped (nothing is copied) or read into memory.</summary>
    public bool MemoryMap { get; init; } = true;

    /// <summary>Whether loading brings the pages of a mapped file into memory, in order and with all threads; otherwise they come
    /// when they are first used.</summary>
    public bool Preload { get; init; } = true;

    /// <summary>What the process may take, mapped pages of the file included; null: what the machine offers. A given budget is a
    /// promise: sessions that would exceed it are refused.</summary>
    public ByteSize? RamBudget { get; init; }

    /// <summary>Positions of a session's KV cache; null: 4096 or the model's own context where that is smaller, less where memory is
    /// short.</summary>
    public int? ContextLength { get; init; }

    /// <summary>How sessions keep keys; null: binary16, or 8 bits where memory is short.</summary>
    public KvCacheType? KeyCacheType { get; init; }

    /// <summary>How sessions keep values; null: as <see cref="KeyCacheType"/> says.</summary>
    public KvCacheType? ValueCacheType { get; init; }

    /// <summary>Tokens of a prompt that pass through a layer before the next layer is read; null: 2048, or less where memory is
    /// short.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Tokens that are multiplied at once, for which scratch memory grows; null: 512, or less where memory is short.</summary>
    public int? MicroBatchSize { get; init; }

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

    /// <summary>Where loading, sessions and generations are logged, without a word of their texts; null: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The instruction set of the kernels; null: the environment's choice, or the best of this machine.</summary>
    internal Simd.InstructionSet? InstructionSet { get; init; }

    /// <summary>How many layers are streamed, whatever the budget; null: the plan decides.</summary>
    internal int? StreamedLayers { get; init; }

    /// <summary>The values that overrule the file's.</summary>
    internal ConfigOverrides Overrides => new(
        Norm switch
        {
            NormSelection.LayerNorm => NormKind.LayerNorm,
            NormSelection.RmsNorm => NormKind.RmsNorm,
            _ => null,
        },
        RopeFrequencyBase);

    /// <summary>The metadata with <see cref="MetadataOverrides"/>.</summary>
    internal GgufMetadata Override(GgufMetadata metadata, LoadReport report)
    {
        foreach (var (key, value) in MetadataOverrides)
        {
            var before = metadata.TryGetValue(key, out var old) ? $"instead of {old}" : "where the file has nothing";
            report.Add(LoadReportKind.Option, key, $"{value} by option, {before}");
            metadata = metadata.With(key, value);
        }
        return metadata;
    }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Threads);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Threads, MaxThreads, nameof(Threads));
        if (ContextLength is { } context)
            ArgumentOutOfRangeException.ThrowIfLessThan(context, 1, nameof(ContextLength));
        if (RamBudget is { } budget)
            ArgumentOutOfRangeException.ThrowIfLessThan(budget.Bytes, 1, nameof(RamBudget));
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize ?? 1, 1, nameof(BatchSize));
        ArgumentOutOfRangeException.ThrowIfLessThan(MicroBatchSize ?? 1, 1, nameof(MicroBatchSize));
        if (RopeFrequencyBase is { } @base && !(float.IsFinite(@base) && @base > 0f))
            throw new ArgumentOutOfRangeException(nameof(RopeFrequencyBase), @base, "The base is a positive number.");
    }

    private const int MaxThreads = 1024;
}
