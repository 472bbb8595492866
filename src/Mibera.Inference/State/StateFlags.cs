namespace Mibera.Inference.State;

/// <summary>What else a <see cref="StateHeader"/> says.</summary>
[Flags]
internal enum StateFlags
{
    None = 0,

    /// <summary>The logits of the last position are there.</summary>
    Logits = 1,

    /// <summary>Keys and values were computed with LongRoPE's long factors.</summary>
    LongFactors = 2,

    /// <summary>The cache holds values that only its careful readers may read.</summary>
    Careful = 4,

    All = Logits | LongFactors | Careful,
}
