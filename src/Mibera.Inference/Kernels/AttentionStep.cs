namespace Mibera.Inference.Kernels;

/// <summary>One layer's attention of a run of consecutive tokens.</summary>
internal readonly unsafe struct AttentionStep
{
    public required int Layer { get; init; }

    /// <summary>Position of the first token.</summary>
    public required int First { get; init; }

    public required int Tokens { get; init; }

    /// <summary>Query rows [tokens][heads * head dimension], <see cref="QueryStride"/> floats apart.</summary>
    public required float* Queries { get; init; }

    public required long QueryStride { get; init; }

    /// <summary>Output rows [tokens][heads * head dimension], <see cref="OutputStride"/> floats apart.</summary>
    public required float* Output { get; init; }

    public required long OutputStride { get; init; }

    /// <summary>Multiplies the scores; 1 / sqrt(head dimension) in all known models.</summary>
    public required float Scale { get; init; }

    /// <summary>Positions that a token sees, itself included; 0: all.</summary>
    public int Window { get; init; }

    /// <summary>The first position that the token at <paramref name="position"/> sees.</summary>
    public int FirstSeen(int position) => Window > 0 ? Math.Max(0, position - Window + 1) : 0;
}
