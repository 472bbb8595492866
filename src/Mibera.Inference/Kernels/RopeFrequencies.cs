using Mibera.Inference.Numerics;

namespace Mibera.Inference.Kernels;

/// <summary>
/// The frequency of each rotated pair and the magnitude of the rotation, in double precision: at position 131072 a
/// float angle would be off by 0.008 radians.
/// </summary>
internal sealed class RopeFrequencies
{
    private readonly double[] _frequencies;
    private readonly double _magnitude;

    /// <exception cref="ArgumentException">Odd dimensions, or factors of another count than dimensions / 2.</exception>
    public RopeFrequencies(RopeParameters parameters)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parameters.Dimensions, 0);
        if (parameters.Dimensions % 2 != 0)
            throw new ArgumentException($"RoPE turns pairs: {parameters.Dimensions} dimensions are not even.", nameof(parameters));
        Pairs = parameters.Dimensions / 2;
        if (parameters.FrequencyFactors is { } factors && factors.Length != Pairs)
            throw new ArgumentException($"{factors.Length} RoPE factors for {Pairs} pairs.", nameof(parameters));
        Order = parameters.Order;
        _frequencies = new double[Pairs];
        for (var i = 0; i < Pairs; i++)
            _frequencies[i] = Frequency(parameters, i);
        _magnitude = parameters.AttentionFactor;
        if (parameters.Yarn is not null)
            _magnitude *= 1 + 0.1 * PortableMath.Log(1 / parameters.FrequencyScale);
    }

    public RopeOrder Order { get; }

    /// <summary>Rotated pairs of a head.</summary>
    public int Pairs { get; }

    /// <summary>Writes cos and sin [<see cref="Pairs"/>] of <paramref name="position"/>, times the magnitude.</summary>
    public void Rotation(int position, Span<float> cos, Span<float> sin)
    {
        for (var i = 0; i < Pairs; i++)
        {
            var (s, c) = PortableMath.SinCos(position * _frequencies[i]);
            cos[i] = (float)(c * _magnitude);
            sin[i] = (float)(s * _magnitude);
        }
    }

    /// <summary>Writes the pure turn by <paramref name="distance"/> positions (it may be negative), without magnitude: applied
    /// to a rotated key, it moves the key by that distance.</summary>
    public void Turn(int distance, Span<float> cos, Span<float> sin)
    {
        for (var i = 0; i < Pairs; i++)
        {
            var (s, c) = PortableMath.SinCos(distance * _frequencies[i]);
            cos[i] = (float)c;
            sin[i] = (float)s;
        }
    }

    private static double Frequency(RopeParameters parameters, int pair)
    {
        var plain = PortableMath.Pow(parameters.Base, -2.0 * pair / parameters.Dimensions);
        if (parameters.FrequencyFactors is { } factors)
            plain /= factors[pair];
        var scaled = plain * parameters.FrequencyScale;
        if (parameters.Yarn is not { } yarn)
            return scaled;
        var kept = KeptShare(parameters, yarn, pair) * yarn.ExtensionFactor;
        return scaled * (1 - kept) + plain * kept;
    }

    /// <summary>1 for fast pairs, 0 for slow ones, a ramp between (as llama.cpp defines its ends).</summary>
    private static double KeptShare(RopeParameters parameters, YarnParameters yarn, int pair)
    {
        var low = Math.Max(0, Math.Floor(PairOfTurns(parameters, yarn, yarn.BetaFast)));
        var high = Math.Min(parameters.Dimensions - 1, Math.Ceiling(PairOfTurns(parameters, yarn, yarn.BetaSlow)));
        return 1 - Math.Clamp((pair - low) / Math.Max(0.001, high - low), 0, 1);
    }

    /// <summary>The pair, as a real number, that makes <paramref name="turns"/> full turns over the original context.</summary>
    private static double PairOfTurns(RopeParameters parameters, YarnParameters yarn, double turns) =>
        parameters.Dimensions * PortableMath.Log(yarn.OriginalContext / (turns * 2 * Math.PI)) / (2 * PortableMath.Log(parameters.Base));
}
