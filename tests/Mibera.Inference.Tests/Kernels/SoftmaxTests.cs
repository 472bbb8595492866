using Mibera.Inference.Kernels;
using Mibera.Inference.Numerics;

namespace Mibera.Inference.Tests.Kernels;

public unsafe class SoftmaxTests
{
    [Fact]
    public void HasTheBitsOfItsScalarStatement()
    {
        foreach (var count in (int[])[.. Enumerable.Range(1, 100), 32064, 51201])
        {
            var x = FloatTestData.Uniform(count, 1, 12);
            var largest = x.Max();
            var powers = x.Select(v => PortableMath.Exp(v - largest)).ToArray();
            var sum = FloatTestData.LaneSum(count, (s, i) => s + powers[i]);
            FloatTestData.AssertSameBits([.. powers.Select(p => p / sum)], Run(x));
        }
    }

    [Fact]
    public void IsCloseToDoublePrecision()
    {
        var x = FloatTestData.Uniform(51201, 2, 15);
        double largest = x.Max(), sum = x.Sum(v => Math.Exp(v - largest));
        var result = Run(x);
        // x - max is rounded: half an ulp of 30 is a relative error of 1e-6 in the power.
        for (var i = 0; i < x.Length; i++)
            Assert.Equal(Math.Exp(x[i] - largest) / sum, result[i], 3e-6 * Math.Exp(x[i] - largest) / sum + 1e-44);
    }

    [Fact]
    public void LargeAndNegativeScoresNeitherOverflowNorVanish()
    {
        Assert.Equal([0.5f, 0.5f], Run([3e38f, 3e38f]));
        Assert.Equal([0.5f, 0.5f, 0f], Run([-3e38f, -3e38f, float.NegativeInfinity]));
        Assert.All(Run([1f, float.NaN, 2f]), v => Assert.Equal(float.NaN, v));
    }

    private static float[] Run(float[] x)
    {
        var output = new float[x.Length];
        fixed (float* p = x, o = output)
            Softmax.Apply(p, o, x.Length);
        return output;
    }
}
