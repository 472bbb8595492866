using Mibera.Inference.Kernels;

namespace Mibera.Inference.Tests.Kernels;

public unsafe class ActivationQuantizerTests
{
    public static TheoryData<int> Blocks => [32, 256];

    [Fact]
    public void TiesGoToEven()
    {
        // The largest is 127, so quants are the rounded values themselves.
        var row = new float[32];
        float[] values = [127f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f, 3.49999f, -126.5f];
        values.CopyTo(row, 0);
        using var rows = Quantize(row, 32);
        sbyte[] expected = [127, 0, 2, 2, 0, -2, -2, 3, -126];
        Assert.Equal(expected, new ReadOnlySpan<sbyte>(rows.Quants(0), 9).ToArray());
        Assert.Equal(1f, rows.Scales(0)[0]);
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void QuantsStayInRangeAndNearTheValue(int block)
    {
        var random = new TestRandom(7);
        for (var round = 0; round < 200; round++)
        {
            var magnitude = MathF.ScaleB(1f + random.NextFloat(), random.Next(200) - 95);
            var row = new float[2 * block];
            for (var i = 0; i < row.Length; i++)
                row[i] = magnitude * (2f * random.NextFloat() - 1f);
            row[random.Next(block)] = -magnitude;
            using var rows = Quantize(row, block);
            for (var i = 0; i < row.Length; i++)
            {
                var scale = rows.Scales(0)[i / block];
                Assert.InRange(rows.Quants(0)[i], -127, 127);
                Assert.True(Math.Abs(row[i] - (double)scale * rows.Quants(0)[i]) <= 0.50001 * scale, $"{row[i]:R} in steps of {scale:R}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void VectorsHaveTheBitsOfTheScalarStatement(int block)
    {
        var row = new float[4 * block];
        foreach (var pattern in RandomActivations.Patterns)
        {
            for (var seed = 0ul; seed < 50; seed++)
            {
                RandomActivations.Fill(row, pattern, seed);
                using var rows = Quantize(row, block);
                for (var b = 0; b < 4; b++)
                {
                    var values = row.AsSpan(b * block, block).ToArray();
                    var largest = values.Max(MathF.Abs);
                    var inverse = largest >= 1e-30f ? 127f / largest : 0f;
                    Assert.Equal(inverse == 0f ? 0f : largest / 127f, rows.Scales(0)[b]);
                    var expected = values.Select(x => (sbyte)MathF.Round(x * inverse, MidpointRounding.ToEven)).ToArray();
                    Assert.Equal(expected, new ReadOnlySpan<sbyte>(rows.Quants(0) + b * block, block).ToArray());
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void SumsAreThoseOfSixteenQuants(int block)
    {
        var row = new float[2 * block];
        RandomActivations.Fill(row, ActivationPattern.AllSmallest, 1);
        RandomActivations.Fill(row.AsSpan(block), ActivationPattern.Gaussian, 1);
        using var rows = Quantize(row, block);
        for (var j = 0; j < row.Length / 16; j++)
        {
            var sum = 0;
            for (var i = 0; i < 16; i++)
                sum += rows.Quants(0)[16 * j + i];
            Assert.Equal(sum, rows.Sums(0)[j]);
        }
        Assert.Equal(-16 * 127, rows.Sums(0)[0]);
    }

    [Theory]
    [InlineData(-0f)]
    [InlineData(float.Epsilon)]
    [InlineData(-1e-39f)]
    [InlineData(9e-31f)]
    public void WhatIsAsGoodAsZeroIsZero(float value)
    {
        var row = new float[256];
        Array.Fill(row, value);
        using var rows = Quantize(row, 256);
        Assert.Equal(0, BitConverter.SingleToInt32Bits(rows.Scales(0)[0]));
        Assert.True(new ReadOnlySpan<sbyte>(rows.Quants(0), 256).IndexOfAnyExcept((sbyte)0) < 0);
        Assert.True(new ReadOnlySpan<short>(rows.Sums(0), 16).IndexOfAnyExcept((short)0) < 0);
    }

    [Theory]
    [InlineData(1.1e-30f)]
    [InlineData(float.MaxValue)]
    public void TheEndsOfTheRangeAreQuantized(float value)
    {
        var row = new float[32];
        Array.Fill(row, value);
        row[1] = -value;
        using var rows = Quantize(row, 32);
        Assert.Equal(127, rows.Quants(0)[0]);
        Assert.Equal(-127, rows.Quants(0)[1]);
        Assert.Equal(value / 127f, rows.Scales(0)[0]);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void OneBadValueMarksItsBlockOnly(float value)
    {
        var row = new float[64];
        RandomActivations.Fill(row, ActivationPattern.AllLargest, 1);
        row[40] = value;
        using var rows = Quantize(row, 32);
        Assert.True(float.IsFinite(rows.Scales(0)[0]));
        Assert.Equal(127, rows.Quants(0)[31]);
        Assert.True(float.IsNaN(rows.Scales(0)[1]));
        Assert.True(new ReadOnlySpan<sbyte>(rows.Quants(0) + 32, 32).IndexOfAnyExcept((sbyte)0) < 0);
        Assert.Equal(0, rows.Sums(0)[2]);
    }

    private static QuantizedRows Quantize(float[] row, int block)
    {
        var rows = new QuantizedRows(1, row.Length, block);
        fixed (float* source = row)
            ActivationQuantizer.Quantize(source, rows, 0);
        return rows;
    }
}
