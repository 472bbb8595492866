using Mibera.Inference.Kernels;

namespace Mibera.Inference.Tests.Kernels;

public unsafe class NormTests
{
    private const float Epsilon = 1e-5f;

    public static TheoryData<int> Widths => [.. Enumerable.Range(1, 100), 576, 2560, 3072, 5120, 5121];

    [Theory]
    [MemberData(nameof(Widths))]
    public void RmsNormHasTheBitsOfItsScalarStatement(int width)
    {
        var (x, weight, bias) = Inputs(width);
        var squares = FloatTestData.LaneSum(width, (sum, i) => float.FusedMultiplyAdd(x[i], x[i], sum));
        var scale = 1f / float.Sqrt(squares / width + Epsilon);
        FloatTestData.AssertSameBits(Expected(x, 0, scale, weight, null), Run(x, weight, null, layer: false));
        FloatTestData.AssertSameBits(Expected(x, 0, scale, weight, bias), Run(x, weight, bias, layer: false));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void LayerNormHasTheBitsOfItsScalarStatement(int width)
    {
        var (x, weight, bias) = Inputs(width);
        var mean = FloatTestData.LaneSum(width, (sum, i) => sum + x[i]) / width;
        var squares = FloatTestData.LaneSum(width, (sum, i) => float.FusedMultiplyAdd(x[i] - mean, x[i] - mean, sum));
        var scale = 1f / float.Sqrt(squares / width + Epsilon);
        FloatTestData.AssertSameBits(Expected(x, mean, scale, weight, null), Run(x, weight, null, layer: true));
        FloatTestData.AssertSameBits(Expected(x, mean, scale, weight, bias), Run(x, weight, bias, layer: true));
    }

    [Fact]
    public void NormsAreCloseToDoublePrecision()
    {
        var x = FloatTestData.Uniform(5120, 1, 30);
        for (var i = 0; i < x.Length; i++)
            x[i] += 20; // a mean that only LayerNorm removes
        var weight = FloatTestData.Uniform(5120, 2, 2);
        var mean = x.Average(v => (double)v);
        var variance = x.Average(v => (v - mean) * (v - mean));
        var power = x.Average(v => (double)v * v);
        var rms = Run(x, weight, null, layer: false);
        var layer = Run(x, weight, null, layer: true);
        for (var i = 0; i < x.Length; i++)
        {
            Assert.Equal(x[i] / Math.Sqrt(power + Epsilon) * weight[i], rms[i], 3e-6);
            Assert.Equal((x[i] - mean) / Math.Sqrt(variance + Epsilon) * weight[i], layer[i], 3e-6);
        }
    }

    [Fact]
    public void RowsOfZerosStayZeroAndNaNSpreads()
    {
        var weight = FloatTestData.Uniform(33, 3);
        Assert.All(Run(new float[33], weight, null, layer: false), v => Assert.Equal(0f, v));
        var x = FloatTestData.Uniform(33, 4);
        x[32] = float.NaN;
        Assert.All(Run(x, weight, null, layer: true), v => Assert.Equal(float.NaN, v));
    }

    private static (float[] X, float[] Weight, float[] Bias) Inputs(int width) =>
        (FloatTestData.Uniform(width, 5, 8), FloatTestData.Uniform(width, 6), FloatTestData.Uniform(width, 7));

    private static float[] Expected(float[] x, float centre, float scale, float[] weight, float[]? bias) =>
        [.. x.Select((v, i) => float.FusedMultiplyAdd((v - centre) * scale, weight[i], bias?[i] ?? 0f))];

    private static float[] Run(float[] x, float[] weight, float[]? bias, bool layer)
    {
        var output = new float[x.Length];
        fixed (float* px = x, pw = weight, pb = bias, po = output)
        {
            if (layer)
                Norms.LayerNorm(px, pw, pb, Epsilon, po, x.Length);
            else
                Norms.RmsNorm(px, pw, pb, Epsilon, po, x.Length);
        }
        return output;
    }
}
