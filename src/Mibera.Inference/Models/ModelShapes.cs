namespace Mibera.Inference.Models;

/// <summary>
/// What the tensors alone say of a model, whatever its metadata claims. Values are 0 where a tensor is missing.
/// </summary>
internal sealed record ModelShapes
{
    public int Layers { get; init; }

    public int Embedding { get; init; }

    public int Vocabulary { get; init; }

    /// <summary>Rows of the query projection: heads x head dimension.</summary>
    public int QueryRows { get; init; }

    /// <summary>Rows of the key projection, and of the value projection.</summary>
    public int KvRows { get; init; }

    public int FeedForward { get; init; }

    /// <summary>Experts of a layer; 0 in a dense model.</summary>
    public int Experts { get; init; }

    /// <summary>Elements of the long LongRoPE factors, half the rotary dimensions; 0 without.</summary>
    public int RopeFactors { get; init; }

    /// <summary>Whether the feed-forward has a gate (SwiGLU) or not (GELU).</summary>
    public bool IsGated { get; init; }

    /// <summary>Whether some layer has gate over up in one tensor.</summary>
    public bool HasFusedGate { get; init; }

    /// <summary>Whether layers have a norm of their own before the feed-forward. Without one the feed-forward reads the
    /// attention norm's output, which only ungated models do.</summary>
    public bool IsSequential { get; init; }

    public int QkvRows => QueryRows > 0 && KvRows > 0 ? QueryRows + 2 * KvRows : 0;
}
