using Mibera.Bench.Measuring;
using Mibera.Inference.Threading;

namespace Mibera.Bench.Machine;

/// <summary>
/// Measures R and P again and again between the measurements that are compared with them: both drift within minutes, with
/// the clock, the heat and the neighbours.
/// </summary>
internal sealed class LimitMeter(int threads) : IDisposable
{
    private const int PassesPerSample = 5;
    private const int PeaksPerSample = 8;

    private readonly WorkerPool _pool = new(threads);
    private readonly Samples _read = new();
    private readonly Samples _peak = new();

    public MachineLimits Limits => new(threads, _read, _peak);

    /// <summary>Compiles what will be measured, so that the first sample counts.</summary>
    public void WarmUp()
    {
        for (var i = 0; i < 40; i++) IntegerPeak.Measure(_pool);
    }

    /// <summary>
    /// One sample of each: the best of a few runs of some milliseconds, which a short disturbance cannot spoil. The memory
    /// that R needs is there only meanwhile, so that it burdens nothing else.
    /// </summary>
    public void Sample()
    {
        SampleIntegerPeak();
        using var memory = new ReadBandwidth(_pool);
        _read.Add(BestOf(PassesPerSample, () => memory.Measure(_pool)));
    }

    /// <summary>A sample of P alone.</summary>
    public void SampleIntegerPeak() => _peak.Add(BestOf(PeaksPerSample, () => IntegerPeak.Measure(_pool)));

    public void Dispose() => _pool.Dispose();

    private static double BestOf(int count, Func<double> measure)
    {
        var best = 0d;
        for (var i = 0; i < count; i++) best = Math.Max(best, measure());
        return best;
    }
}
