namespace Mibera.Inference.Models;

/// <summary>What the user settled by option; null leaves it to the file, a profile and the probe.</summary>
internal sealed record ConfigOverrides(NormKind? Norm = null, float? RopeBase = null, bool Probe = true);
