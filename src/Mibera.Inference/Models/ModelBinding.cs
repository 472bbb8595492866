using Mibera.Inference.Gguf;

namespace Mibera.Inference.Models;

/// <summary>Which tensor fills which role.</summary>
internal sealed record ModelBinding
{
    public required ModelShapes Shapes { get; init; }

    public required GgufTensor Embedding { get; init; }

    public required NormBinding OutputNorm { get; init; }

    /// <summary>The output projection; the embedding itself where the file has no <c>output.weight</c>.</summary>
    public required ProjectionBinding Output { get; init; }

    public required IReadOnlyList<LayerBinding> Layers { get; init; }

    /// <summary>Whether the feed-forward has a gate (SwiGLU) or not (GELU).</summary>
    public required bool Gated { get; init; }

    public GgufTensor? RopeFrequencies { get; init; }

    public GgufTensor? RopeFactorsLong { get; init; }

    public GgufTensor? RopeFactorsShort { get; init; }

    /// <summary>Every norm bias of the file.</summary>
    public IEnumerable<GgufTensor> NormBiases => Layers.SelectMany(l => new[] { l.AttentionNorm.Bias, l.FeedForwardNorm?.Bias })
        .Append(OutputNorm.Bias).OfType<GgufTensor>();
}
