using Mibera.Inference.Kernels;

namespace Mibera.Inference.Tests.Kernels;

public unsafe class RopeTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RotatesLikeDoublePrecision(bool halves)
    {
        var order = halves ? RopeOrder.Halves : RopeOrder.Pairs;
        foreach (var (headDimension, dimensions) in (ReadOnlySpan<(int, int)>)[(128, 128), (80, 32), (128, 96), (96, 96), (8, 8), (24, 24), (48, 2)])
        {
            foreach (var position in (int[])[0, 1, 7, 4095, 131071])
            {
                var parameters = new RopeParameters { Order = order, Dimensions = dimensions, Base = 250000 };
                var x = FloatTestData.Uniform(3 * headDimension, (uint)position);
                var actual = Run(parameters, position, x, heads: 3, headDimension);
                for (var head = 0; head < 3; head++)
                    AssertRotated(parameters, position, x.AsSpan(head * headDimension, headDimension), actual.AsSpan(head * headDimension, headDimension));
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void HasTheBitsOfItsScalarStatement(bool halves)
    {
        var order = halves ? RopeOrder.Halves : RopeOrder.Pairs;
        for (var pairs = 1; pairs <= 100; pairs++)
        {
            var x = FloatTestData.Uniform(2 * pairs, 9);
            var (cos, sin) = (FloatTestData.Uniform(pairs, 10), FloatTestData.Uniform(pairs, 11));
            var expected = new float[2 * pairs];
            for (var i = 0; i < pairs; i++)
            {
                var (first, second) = order == RopeOrder.Halves ? (i, i + pairs) : (2 * i, 2 * i + 1);
                expected[first] = float.FusedMultiplyAdd(-x[second], sin[i], x[first] * cos[i]);
                expected[second] = float.FusedMultiplyAdd(x[first], sin[i], x[second] * cos[i]);
            }
            fixed (float* p = x, c = cos, s = sin)
                Rope.Apply(p, 1, 2 * pairs, c, s, pairs, order);
            FloatTestData.AssertSameBits(expected, x);
        }
    }

    [Fact]
    public void FactorsDivideFrequenciesAndTheAttentionFactorMultiplies()
    {
        var factors = FloatTestData.Uniform(48, 3).Select(v => v + 2).ToArray();
        var parameters = new RopeParameters
        {
            Order = RopeOrder.Halves,
            Dimensions = 96,
            Base = 10000,
            FrequencyFactors = factors,
            AttentionFactor = 1.190238,
            FrequencyScale = 0.25,
        };
        var (cos, sin) = Rotation(parameters, 5000);
        for (var i = 0; i < 48; i++)
        {
            var angle = 5000 * Math.Pow(10000, -2.0 * i / 96) / factors[i] * 0.25;
            Assert.Equal(Math.Cos(angle) * 1.190238, cos[i], 1e-7);
            Assert.Equal(Math.Sin(angle) * 1.190238, sin[i], 1e-7);
        }
    }

    [Fact]
    public void YarnKeepsFastPairsAndScalesSlowOnes()
    {
        var parameters = new RopeParameters
        {
            Order = RopeOrder.Halves,
            Dimensions = 128,
            Base = 10000,
            FrequencyScale = 0.25,
            Yarn = new YarnParameters(4096),
        };
        // Pairs that turn 32 times and once in 4096 positions: 20.9 and 45.03, so the ramp goes from 20 to 46.
        var (cos, sin) = Rotation(parameters, 3000);
        var magnitude = 1 + 0.1 * Math.Log(4);
        for (var i = 0; i < 64; i++)
        {
            var kept = 1 - Math.Clamp((i - 20) / 26.0, 0, 1);
            var angle = 3000 * Math.Pow(10000, -2.0 * i / 128) * (0.25 * (1 - kept) + kept);
            Assert.Equal(Math.Cos(angle) * magnitude, cos[i], 2e-7);
            Assert.Equal(Math.Sin(angle) * magnitude, sin[i], 2e-7);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ATurnMovesARotatedKey(bool halves)
    {
        var order = halves ? RopeOrder.Halves : RopeOrder.Pairs;
        var parameters = new RopeParameters { Order = order, Dimensions = 96, Base = 10000, AttentionFactor = 1.19 };
        var frequencies = new RopeFrequencies(parameters);
        var (cos, sin) = (new float[48], new float[48]);
        var key = FloatTestData.Uniform(128, 4);
        var moved = Run(parameters, 900, key, 1, 128);
        frequencies.Turn(-400, cos, sin);
        fixed (float* p = moved, c = cos, s = sin)
            Rope.Apply(p, 1, 128, c, s, 48, order);
        var expected = Run(parameters, 500, key, 1, 128);
        for (var i = 0; i < 128; i++)
            Assert.Equal(expected[i], moved[i], 5e-7);
    }

    [Fact]
    public void WrongShapesAreRefused()
    {
        Assert.Throws<ArgumentException>(() => new RopeFrequencies(new() { Order = RopeOrder.Halves, Dimensions = 7, Base = 10000 }));
        Assert.Throws<ArgumentException>(
            () => new RopeFrequencies(new() { Order = RopeOrder.Halves, Dimensions = 8, Base = 10000, FrequencyFactors = [1, 1, 1] }));
    }

    private static (float[] Cos, float[] Sin) Rotation(RopeParameters parameters, int position)
    {
        var (cos, sin) = (new float[parameters.Dimensions / 2], new float[parameters.Dimensions / 2]);
        new RopeFrequencies(parameters).Rotation(position, cos, sin);
        return (cos, sin);
    }

    /// <summary>Rotates as the third token of a batch.</summary>
    private static float[] Run(RopeParameters parameters, int position, float[] x, int heads, int headDimension)
    {
        var result = x.ToArray();
        using var table = new RopeTable(3, parameters.Dimensions / 2);
        table.Fill(new RopeFrequencies(parameters), position - 2, 3);
        fixed (float* p = result)
            table.Apply(2, p, heads, headDimension);
        return result;
    }

    private static void AssertRotated(RopeParameters parameters, int position, ReadOnlySpan<float> x, ReadOnlySpan<float> actual)
    {
        var pairs = parameters.Dimensions / 2;
        for (var i = 0; i < pairs; i++)
        {
            var (first, second) = parameters.Order == RopeOrder.Halves ? (i, i + pairs) : (2 * i, 2 * i + 1);
            var (sin, cos) = Math.SinCos(position * Math.Pow(parameters.Base, -2.0 * i / parameters.Dimensions));
            Assert.Equal(x[first] * cos - x[second] * sin, actual[first], 3e-7);
            Assert.Equal(x[second] * cos + x[first] * sin, actual[second], 3e-7);
        }
        for (var i = parameters.Dimensions; i < x.Length; i++)
            Assert.Equal(x[i], actual[i]);
    }
}
