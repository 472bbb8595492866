namespace Mibera.Inference.Models;

/// <summary>
/// The configuration by shapes, metadata and profile, and the questions that only a probe can answer. The first candidate
/// of each list is what <see cref="Config"/> assumes.
/// </summary>
internal sealed record ConfigProposal(ModelConfig Config, IReadOnlyList<NormKind> Norms, IReadOnlyList<float> RopeBases, IReadOnlyList<string> EndOfGeneration)
{
    public bool NeedsProbe => Norms.Count > 1 || RopeBases.Count > 1;
}
