using System.Runtime.Intrinsics;
using Mibera.Inference.Numerics;

namespace Mibera.Inference.Kernels;

/// <summary>Softmax of a whole row.</summary>
internal static unsafe class Softmax
{
    /// <summary>output = exp(x - max(x)) / sum(exp(x - max(x))); output may be x. NaN if x has a NaN or only -inf.</summary>
    public static void Apply(float* x, float* output, int count)
    {
        var largest = Max(x, count);
        var sum = Vector512<float>.Zero;
        var i = 0;
        for (; i <= count - Lanes.Count; i += Lanes.Count)
        {
            var power = PortableMath.Exp(Vector512.Load(x + i) - Vector512.Create(largest));
            power.Store(output + i);
            sum += power;
        }
        if (i < count)
        {
            var power = PortableMath.Exp(Lanes.LoadTail(x + i, count - i) - Vector512.Create(largest));
            Lanes.StoreTail(power, output + i, count - i);
            sum += Lanes.LoadTail(output + i, count - i);
        }
        Divide(output, Lanes.Sum(sum), count);
    }

    private static float Max(float* x, int count)
    {
        var largest = Vector512.Create(float.NegativeInfinity);
        var i = 0;
        for (; i <= count - Lanes.Count; i += Lanes.Count)
            largest = Lanes.Greater(Vector512.Load(x + i), largest);
        var result = Lanes.Max(largest);
        for (; i < count; i++)
            result = x[i] > result ? x[i] : result;
        return result;
    }

    private static void Divide(float* x, float divisor, int count)
    {
        var i = 0;
        for (; i <= count - Lanes.Count; i += Lanes.Count)
            (Vector512.Load(x + i) / Vector512.Create(divisor)).Store(x + i);
        for (; i < count; i++)
            x[i] /= divisor;
    }
}
