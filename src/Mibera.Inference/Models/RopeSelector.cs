using Mibera.Inference.Kernels;

namespace Mibera.Inference.Models;

/// <summary>
/// The rotary frequencies of a model: one set, or with LongRoPE two of which the length of the sequence picks one. (By the
/// size of the context, as others do it, a short text in a large context would be computed wrongly.)
/// </summary>
internal sealed class RopeSelector
{
    private readonly int _originalContext;
    private readonly LongRopeSelection _selection;
    private readonly RopeFrequencies _short;
    private readonly RopeFrequencies _long;

    public RopeSelector(RopeConfig config, LongRopeSelection selection)
    {
        (_originalContext, _selection) = (config.OriginalContext, selection);
        _short = Frequencies(config, config.ShortFactors ?? config.Frequencies);
        _long = config.DependsOnLength ? Frequencies(config, config.LongFactors) : _short;
    }

    /// <summary>The frequencies for a sequence of <paramref name="length"/> tokens.</summary>
    public RopeFrequencies For(int length) => _selection switch
    {
        LongRopeSelection.AlwaysShort => _short,
        LongRopeSelection.AlwaysLong => _long,
        _ => length > _originalContext ? _long : _short,
    };

    /// <summary>Whether these are the frequencies for long sequences; never so where there is only one set.</summary>
    public bool IsLong(RopeFrequencies frequencies) => frequencies == _long && _long != _short;

    /// <summary>The frequencies for long or for short sequences.</summary>
    public RopeFrequencies Get(bool isLong) => isLong ? _long : _short;

    private static RopeFrequencies Frequencies(RopeConfig config, float[]? factors) => new(new RopeParameters
    {
        Order = config.Interleaved ? RopeOrder.Pairs : RopeOrder.Halves,
        Dimensions = config.Dimensions,
        Base = config.Base,
        FrequencyFactors = factors,
        FrequencyScale = 1.0 / config.ScalingFactor,
        AttentionFactor = config.AttentionFactor,
        Yarn = config.YarnExtFactor == 0f ? null : new YarnParameters(config.OriginalContext, config.YarnExtFactor, config.YarnBetaFast, config.YarnBetaSlow),
    });
}
