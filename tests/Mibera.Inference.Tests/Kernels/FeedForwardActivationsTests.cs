using Mibera.Inference.Kernels;
using Mibera.Inference.Numerics;

namespace Mibera.Inference.Tests.Kernels;

public unsafe class FeedForwardActivationsTests
{
    [Fact]
    public void SwiGluHasTheBitsOfItsScalarStatement()
    {
        for (var count = 1; count <= 100; count++)
        {
            var (gate, up, output) = (FloatTestData.Uniform(count, 1, 20), FloatTestData.Uniform(count, 2), new float[count]);
            fixed (float* g = gate, u = up, o = output)
                FeedForwardActivations.SwiGlu(g, u, o, count);
            FloatTestData.AssertSameBits([.. gate.Select((v, i) => v / (1f + PortableMath.Exp(0f - v)) * up[i])], output);
        }
    }

    [Fact]
    public void GeluHasTheBitsOfItsScalarStatement()
    {
        for (var count = 1; count <= 100; count++)
        {
            var (x, output) = (FloatTestData.Uniform(count, 3, 6), new float[count]);
            fixed (float* p = x, o = output)
                FeedForwardActivations.Gelu(p, o, count);
            FloatTestData.AssertSameBits(
                [.. x.Select(v => v / (1f + PortableMath.Exp(v * -1.5957691216057308f * float.FusedMultiplyAdd(v * v, 0.044715f, 1f))))],
                output);
        }
    }

    [Fact]
    public void BothAreCloseToDoublePrecision()
    {
        for (var v = -30f; v < 30; v += 0.0137f)
        {
            float silu, gelu, one = 1;
            FeedForwardActivations.SwiGlu(&v, &one, &silu, 1);
            FeedForwardActivations.Gelu(&v, &gelu, 1);
            Assert.Equal(v / (1.0 + Math.Exp(-(double)v)), silu, 4e-7 * Math.Max(1, Math.Abs(v)));
            var u = Math.Sqrt(2 / Math.PI) * (v + 0.044715 * Math.Pow(v, 3));
            Assert.Equal(0.5 * v * (1 + Math.Tanh(u)), gelu, 4e-7 * Math.Max(1, Math.Abs(v)));
        }
    }

    [Theory]
    [InlineData(200f, 200f)]
    [InlineData(1e30f, 1e30f)]
    [InlineData(-200f, 0f)]
    [InlineData(-1e30f, 0f)]
    [InlineData(float.NaN, float.NaN)]
    public void FarFromZeroTheyAreTheIdentityOrZero(float x, float expected)
    {
        float silu, gelu, one = 1;
        FeedForwardActivations.SwiGlu(&x, &one, &silu, 1);
        FeedForwardActivations.Gelu(&x, &gelu, 1);
        Assert.Equal(expected, silu);
        Assert.Equal(expected, gelu);
    }
}
