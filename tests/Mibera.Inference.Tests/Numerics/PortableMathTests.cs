using System.Runtime.Intrinsics;
using Mibera.Inference.Numerics;

namespace Mibera.Inference.Tests.Numerics;

/// <summary>Error bounds against the platform's double functions, and the same bits in scalars and vectors.</summary>
public class PortableMathTests
{
    [Fact]
    public void ExpOfFloatsStaysWithinItsBound()
    {
        double worst = 0, worstSubnormal = 0;
        for (var bits = 0u; bits < 0x42B20000; bits += 1531) // every 1531st float up to 89
        {
            foreach (var x in (ReadOnlySpan<float>)[BitConverter.UInt32BitsToSingle(bits), -BitConverter.UInt32BitsToSingle(bits)])
            {
                var expected = Math.Exp(x);
                if (expected > float.MaxValue || expected < 1.5e-45) continue;
                var error = Math.Abs(PortableMath.Exp(x) - expected) / Ulp(expected);
                if (expected < 1.1754944e-38) worstSubnormal = Math.Max(worstSubnormal, error);
                else worst = Math.Max(worst, error);
            }
        }
        Assert.InRange(worst, 0.4, 1.0);
        Assert.InRange(worstSubnormal, 0.4, 1.0);
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(88.8f, float.PositiveInfinity)]
    [InlineData(float.MaxValue, float.PositiveInfinity)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(-104f, 0f)]
    [InlineData(float.MinValue, 0f)]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(-103.27893f, float.Epsilon)]
    [InlineData(float.NaN, float.NaN)]
    public void ExpOfFloatsAtTheEdges(float x, float expected)
    {
        Assert.Equal(expected, PortableMath.Exp(x));
        Assert.Equal(expected, PortableMath.Exp(Vector512.Create(x)).GetElement(9));
    }

    [Fact]
    public void ExpOfVectorsHasTheBitsOfScalars()
    {
        var values = new float[16];
        for (var bits = 0L; bits < 1L << 32; bits += 16 * 40009)
        {
            for (var i = 0; i < 16; i++)
                values[i] = BitConverter.UInt32BitsToSingle((uint)(bits + i * 40009L));
            var vector = PortableMath.Exp(Vector512.Create<float>(values));
            for (var i = 0; i < 16; i++)
            {
                var scalar = PortableMath.Exp(values[i]);
                if (!float.IsNaN(scalar) || !float.IsNaN(vector[i]))
                    Assert.Equal(BitConverter.SingleToUInt32Bits(scalar), BitConverter.SingleToUInt32Bits(vector[i]));
            }
        }
    }

    [Fact]
    public void ExpOfDoubles()
    {
        for (var x = -745.0; x < 709.7; x += 0.0137)
            Assert.InRange(Math.Abs(PortableMath.Exp(x) - Math.Exp(x)), 0, Math.Max(4.5e-16 * Math.Exp(x), double.Epsilon));
        Assert.Equal(1.0, PortableMath.Exp(0.0));
        Assert.Equal(double.PositiveInfinity, PortableMath.Exp(709.79));
        Assert.Equal(double.PositiveInfinity, PortableMath.Exp(double.PositiveInfinity));
        Assert.Equal(0.0, PortableMath.Exp(-745.2));
        Assert.Equal(0.0, PortableMath.Exp(double.NegativeInfinity));
        Assert.Equal(double.NaN, PortableMath.Exp(double.NaN));
    }

    [Fact]
    public void LogOfDoubles()
    {
        for (var x = 1e-3; x < 1e3; x *= 1.00037)
            Assert.InRange(Math.Abs(PortableMath.Log(x) - Math.Log(x)), 0, 4.5e-16 * Math.Abs(Math.Log(x)));
        for (var x = double.Epsilon; x < 1e308; x *= 1.7)
            Assert.InRange(Math.Abs(PortableMath.Log(x) - Math.Log(x)), 0, 4.5e-16 * Math.Abs(Math.Log(x)));
        Assert.Equal(0.0, PortableMath.Log(1.0));
        Assert.Equal(double.NegativeInfinity, PortableMath.Log(0.0));
        Assert.Equal(double.NegativeInfinity, PortableMath.Log(-0.0));
        Assert.Equal(double.PositiveInfinity, PortableMath.Log(double.PositiveInfinity));
        Assert.Equal(double.NaN, PortableMath.Log(-1.0));
        Assert.Equal(double.NaN, PortableMath.Log(double.NaN));
    }

    [Fact]
    public void PowOfRopeBases()
    {
        foreach (var theta in (double[])[10000, 250000, 500000, 1e6])
        {
            for (var i = 0; i < 64; i++)
            {
                var expected = Math.Pow(theta, -i / 64.0);
                Assert.InRange(Math.Abs(PortableMath.Pow(theta, -i / 64.0) - expected), 0, 6e-15 * expected);
            }
        }
        Assert.Equal(1.0, PortableMath.Pow(10000, 0));
    }

    [Fact]
    public void SinAndCosOfPositions()
    {
        for (var x = -200000.0; x < 200000; x += 7.13)
            AssertSinCos(x);
        for (var x = 1e-300; x < 1L << 31; x *= 1.61)
            AssertSinCos(x);
        Assert.Equal((0.0, 1.0), PortableMath.SinCos(0.0));
        foreach (var x in (double[])[double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e17])
            Assert.Equal((double.NaN, double.NaN), PortableMath.SinCos(x));
    }

    private static void AssertSinCos(double x)
    {
        var (sin, cos) = PortableMath.SinCos(x);
        Assert.InRange(Math.Abs(sin - Math.Sin(x)), 0, 2.5e-16);
        Assert.InRange(Math.Abs(cos - Math.Cos(x)), 0, 2.5e-16);
        Assert.Equal((sin, cos), (PortableMath.Sin(x), PortableMath.Cos(x)));
    }

    private static double Ulp(double value) => MathF.BitIncrement((float)value) - (double)(float)value;
}
