using Mibera.Inference.Kernels;

namespace Mibera.Inference.Models;

/// <summary>
/// The rotary tables of a model: one, or with LongRoPE two of which the length of the sequence picks one. (By the size of
/// the context, as others do it, a short text in a large context would be computed wrongly.)
/// </summary>
internal sealed class RopeSelector
{
    private readonly int _originalContext;
    private readonly LongRopeSelection _selection;

    public RopeSelector(RopeConfig config, LongRopeSelection selection, int maxPositions)
    {
        (_originalContext, _selection) = (config.OriginalContext, selection);
        Short = Table(config, config.ShortFactors ?? config.Frequencies, maxPositions);
        Long = config.DependsOnLength ? Table(config, config.LongFactors, maxPositions) : Short;
    }

    private RopeTable Short { get; }

    private RopeTable Long { get; }

    /// <summary>The table for a sequence of <paramref name="length"/> tokens.</summary>
    public RopeTable For(int length) => _selection switch
    {
        LongRopeSelection.Short => Short,
        LongRopeSelection.Long => Long,
        _ => length > _originalContext ? Long : Short,
    };

    private static RopeTable Table(RopeConfig config, float[]? factors, int maxPositions) => new();
}
