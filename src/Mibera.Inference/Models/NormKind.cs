namespace Mibera.Inference.Models;

/// <summary>The two normalizations.</summary>
internal enum NormKind
{
    /// <summary>Centred on the mean, divided by the standard deviation; bias optional.</summary>
    LayerNorm,

    /// <summary>Divided by the root mean square; bias optional.</summary>
    RmsNorm,
}
