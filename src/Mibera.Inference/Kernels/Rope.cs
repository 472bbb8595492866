using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels;

/// <summary>
/// Rotates the pairs of a head by its position: (a, b) becomes (a cos - b sin, b cos + a sin), the second product of
/// each fused.
/// </summary>
internal static unsafe class Rope
{
    /// <summary>Rotates <paramref name="heads"/> consecutive heads of <paramref name="headDimension"/> elements in place.
    /// Elements behind the rotated ones stay as they are.</summary>
    public static void Apply(float* data, int heads, int headDimension, float* cos, float* sin, int pairs, RopeOrder order)
    {
        for (var head = 0; head < heads; head++)
        {
            if (order == RopeOrder.Halves)
                RotateHalves(data + (long)head * headDimension, cos, sin, pairs);
            else
                RotatePairs(data + (long)head * headDimension, cos, sin, pairs);
        }
    }

    private static void RotateHalves(float* x, float* cos, float* sin, int pairs)
    {
        var i = 0;
        for (; i <= pairs - Lanes.Count; i += Lanes.Count)
        {
            var (a, b) = (Vector512.Load(x + i), Vector512.Load(x + pairs + i));
            var (c, s) = (Vector512.Load(cos + i), Vector512.Load(sin + i));
            Vector512.FusedMultiplyAdd(-b, s, a * c).Store(x + i);
            Vector512.FusedMultiplyAdd(a, s, b * c).Store(x + pairs + i);
        }
        for (; i < pairs; i++)
            (x[i], x[pairs + i]) = Rotate(x[i], x[pairs + i], cos[i], sin[i]);
    }

    private static void RotatePairs(float* x, float* cos, float* sin, int pairs)
    {
        for (var i = 0; i < pairs; i++)
            (x[2 * i], x[2 * i + 1]) = Rotate(x[2 * i], x[2 * i + 1], cos[i], sin[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (float A, float B) Rotate(float a, float b, float cos, float sin) =>
        (float.FusedMultiplyAdd(-b, sin, a * cos), float.FusedMultiplyAdd(a, sin, b * cos));
}
