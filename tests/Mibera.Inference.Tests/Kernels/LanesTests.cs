using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels;

namespace Mibera.Inference.Tests.Kernels;

public class LanesTests
{
    private static readonly float[] Special =
        [0f, -0f, 1f, -1f, float.NaN, -float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon];

    [Fact]
    public void TheLargestMayBeInAnyLane()
    {
        for (var seed = 1u; seed <= 100; seed++)
        {
            var values = FloatTestData.Uniform(Lanes.Count, seed);
            for (var lane = 0; lane < Lanes.Count; lane++)
            {
                values[lane] += 10f;
                Assert.Equal(values.Max(), Lanes.Max(Vector512.Create(values)));
            }
        }
    }

    [Fact]
    public void TheTreeIsTheSameEverywhere()
    {
        var random = new Random(1);
        for (var i = 0; i < 1000; i++)
        {
            var values = Enumerable.Range(0, Lanes.Count).Select(_ => Special[random.Next(Special.Length)]).ToArray();
            var expected = values;
            for (var half = Lanes.Count / 2; half > 0; half /= 2)
            {
                var above = expected;
                expected = [.. Enumerable.Range(0, half).Select(j => Greater(above[j], above[j + half]))];
            }
            Assert.Equal(BitConverter.SingleToInt32Bits(expected[0]), BitConverter.SingleToInt32Bits(Lanes.Max(Vector512.Create(values))));
        }
    }

    [Fact]
    public void GreaterIsTheConditionalOfScalars()
    {
        foreach (var a in Special)
        {
            foreach (var b in Special)
            {
                var expected = BitConverter.SingleToInt32Bits(Greater(a, b));
                Assert.Equal(Vector512.Create(expected), Lanes.Greater(Vector512.Create(a), Vector512.Create(b)).AsInt32());
            }
        }
    }

    private static float Greater(float a, float b) => a > b ? a : b;
}
