namespace Mibera.Inference;

/// <summary>Who decides the kind of the norms.</summary>
public enum NormSelection
{
    /// <summary>The file, a profile, the probe.</summary>
    Auto,

    /// <summary>LayerNorm.</summary>
    LayerNorm,

    /// <summary>RMSNorm.</summary>
    RmsNorm,
}
