namespace Mibera.Inference;

/// <summary>Which LongRoPE factors hold.</summary>
public enum LongRopeSelection
{
    /// <summary>The short ones up to the original context; a sequence that grows beyond it is computed anew with the long
    /// ones, as the reference implementation does.</summary>
    Auto,

    /// <summary>The short ones at every length.</summary>
    AlwaysShort,

    /// <summary>The long ones at every length.</summary>
    AlwaysLong,
}
