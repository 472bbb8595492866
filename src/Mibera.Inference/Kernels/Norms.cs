using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels;

/// <summary>Normalization of one row [width]. Output and input may be the same row; a bias may be null.</summary>
internal static unsafe class Norms
{
    /// <summary>output = x / sqrt(mean(x^2) + epsilon) * weight + bias</summary>
    public static void RmsNorm(float* x, float* weight, float* bias, float epsilon, float* output, int width)
    {
        var squares = SquaredDistance(x, 0f, width);
        Scale(x, 0f, 1f / float.Sqrt(squares / width + epsilon), weight, bias, output, width);
    }

    /// <summary>output = (x - mean(x)) / sqrt(variance(x) + epsilon) * weight + bias, the variance taken over the centred
    /// values.</summary>
    public static void LayerNorm(float* x, float* weight, float* bias, float epsilon, float* output, int width)
    {
        var mean = Sum(x, width) / width;
        var squares = SquaredDistance(x, mean, width);
        Scale(x, mean, 1f / float.Sqrt(squares / width + epsilon), weight, bias, output, width);
    }

    private static float Sum(float* x, int width)
    {
        var sum = Vector512<float>.Zero;
        var i = 0;
        for (; i <= width - Lanes.Count; i += Lanes.Count)
            sum += Vector512.Load(x + i);
        if (i < width)
            sum += Lanes.LoadTail(x + i, width - i);
        return Lanes.Sum(sum);
    }

    /// <summary>The sum of (x - centre)^2.</summary>
    private static float SquaredDistance(float* x, float centre, int width)
    {
        var sum = Vector512<float>.Zero;
        var i = 0;
        for (; i <= width - Lanes.Count; i += Lanes.Count)
        {
            var distance = Vector512.Load(x + i) - Vector512.Create(centre);
            sum = Vector512.FusedMultiplyAdd(distance, distance, sum);
        }
        if (i < width)
        {
            var distance = Lanes.LoadTail(x + i, width - i) - Vector512.Create(centre);
            // Behind the row's end the distance is not zero: clear it before it counts.
            distance = Lanes.LoadTail((float*)&distance, width - i);
            sum = Vector512.FusedMultiplyAdd(distance, distance, sum);
        }
        return Lanes.Sum(sum);
    }

    /// <summary>output = (x - centre) * scale * weight + bias, the last two fused.</summary>
    private static void Scale(float* x, float centre, float scale, float* weight, float* bias, float* output, int width)
    {
        var i = 0;
        for (; i <= width - Lanes.Count; i += Lanes.Count)
        {
            var added = bias == null ? Vector512<float>.Zero : Vector512.Load(bias + i);
            Scale(Vector512.Load(x + i), centre, scale, Vector512.Load(weight + i), added).Store(output + i);
        }
        if (i < width)
        {
            var rest = width - i;
            var added = bias == null ? Vector512<float>.Zero : Lanes.LoadTail(bias + i, rest);
            var result = Scale(Lanes.LoadTail(x + i, rest), centre, scale, Lanes.LoadTail(weight + i, rest), added);
            Lanes.StoreTail(result, output + i, rest);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Scale(
        Vector512<float> x, float centre, float scale, Vector512<float> weight, Vector512<float> bias) =>
        Vector512.FusedMultiplyAdd((x - Vector512.Create(centre)) * Vector512.Create(scale), weight, bias);
}
