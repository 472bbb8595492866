namespace Mibera.Inference.Tests.Kernels;

/// <summary>What <see cref="RandomActivations"/> puts into a row.</summary>
public enum ActivationPattern
{
    /// <summary>Nearly gaussian.</summary>
    Gaussian,

    /// <summary>Every value the same, so that every quant is 127: the largest sums.</summary>
    AllLargest,

    /// <summary>Every value the same, so that every quant is -127.</summary>
    AllSmallest,

    /// <summary>One magnitude with random signs: quants of 127 and -127.</summary>
    RandomSigns,

    /// <summary>Zeros of both signs.</summary>
    Zero,

    /// <summary>Gaussian with blocks of zeros and outliers a thousand times as large.</summary>
    Outliers,
}

/// <summary>Input rows for kernel tests; the same seed always gives the same floats.</summary>
internal static class RandomActivations
{
    public static readonly ActivationPattern[] Patterns = Enum.GetValues<ActivationPattern>();

    public static void Fill(Span<float> row, ActivationPattern pattern, ulong seed)
    {
        var random = new TestRandom(seed ^ (ulong)pattern << 56);
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = pattern switch
            {
                ActivationPattern.AllLargest => 3.3f,
                ActivationPattern.AllSmallest => -3.3f,
                ActivationPattern.RandomSigns => random.Next(2) == 0 ? 0.7f : -0.7f,
                ActivationPattern.Zero => random.Next(2) == 0 ? 0f : -0f,
                ActivationPattern.Outliers => i / 64 % 3 == 0 ? 0f : random.NextGaussian() * (random.Next(100) == 0 ? 1000f : 1f),
                _ => random.NextGaussian(),
            };
        }
    }
}
