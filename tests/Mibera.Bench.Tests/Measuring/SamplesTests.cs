using Mibera.Bench.Measuring;

namespace Mibera.Bench.Tests.Measuring;

public class SamplesTests
{
    [Fact]
    public void The_figures_of_a_sample()
    {
        var samples = new Samples(2, 4, 4, 4, 5, 5, 7, 9);
        Assert.Equal((5, 4.5, 2, 9), (samples.Mean, samples.Median, samples.Worst, samples.Best));
        Assert.Equal(Math.Sqrt(32d / 7), samples.StandardDeviation, 1e-12);
    }

    [Fact]
    public void One_value_has_no_spread() => Assert.Equal(0, new Samples(3).StandardDeviation);
}
