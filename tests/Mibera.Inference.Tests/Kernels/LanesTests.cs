using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels;

namespace Mibera.Inference.Tests.Kernels;

public class LanesTests
{
    [Fact]
    public void TheLargestMayBeInAnyLane()
    {
        for (var lane = 0; lane < Lanes.Count; lane++)
        {
            foreach (var others in (float[])[float.NegativeInfinity, -3f, 0f])
                Assert.Equal(1.5f, Lanes.Max(Vector512.Create(others).WithElement(lane, 1.5f)));
        }
    }

    [Fact]
    public void GreaterIsTheConditionalOfScalars()
    {
        float[] values = [0f, -0f, 1f, -1f, float.NaN, -float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon];
        foreach (var a in values)
        {
            foreach (var b in values)
            {
                var expected = BitConverter.SingleToInt32Bits(a > b ? a : b);
                Assert.Equal(Vector512.Create(expected), Lanes.Greater(Vector512.Create(a), Vector512.Create(b)).AsInt32());
            }
        }
    }
}
