using Mibera.Inference.Simd;

namespace Mibera.Bench.Models;

/// <summary>How models are measured.</summary>
internal sealed record ModelBenchSettings
{
    /// <summary>Tokens of the prompt; 0: no prefill.</summary>
    public int PromptTokens { get; init; } = 512;

    /// <summary>Tokens decoded one by one; 0: no decode.</summary>
    public int GeneratedTokens { get; init; } = 128;

    /// <summary>Tokens in the cache before either.</summary>
    public int Depth { get; init; }

    /// <summary>0: the engine's default.</summary>
    public int Threads { get; init; }

    public int Repetitions { get; init; } = 3;

    /// <summary>Prompt tokens multiplied at once; null: the engine's default.</summary>
    public int? MicroBatch { get; init; }

    /// <summary>Whether the file is mapped, or read into memory.</summary>
    public bool MemoryMap { get; init; } = true;

    /// <summary>Null: the engine's own choice.</summary>
    public InstructionSet? Set { get; init; }

    /// <summary>Positions that a session needs.</summary>
    public int ContextLength => Depth + Math.Max(1, Math.Max(PromptTokens, GeneratedTokens));
}
