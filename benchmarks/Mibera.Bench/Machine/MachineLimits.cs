using Mibera.Bench.Measuring;

namespace Mibera.Bench.Machine;

/// <summary>What the machine could do in the minutes of a measurement.</summary>
/// <param name="Threads">Threads that were used.</param>
/// <param name="ReadBandwidth">R: memory read by all of them together, GB/s.</param>
/// <param name="IntegerPeak">P: 8-bit products of each of them while all are at it, GMAC/s per thread.</param>
internal sealed record MachineLimits(int Threads, Samples ReadBandwidth, Samples IntegerPeak)
{
    /// <summary>R as it mostly was: a model's seconds meet the machine's good and bad moments alike.</summary>
    public double R => ReadBandwidth.Median;

    /// <summary>P as it mostly was.</summary>
    public double P => IntegerPeak.Median;
}
