using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Numerics;

namespace Mibera.Inference.Kernels;

/// <summary>The activation functions of feed-forward blocks, element by element; output may be one of the inputs.</summary>
internal static unsafe class FeedForwardActivations
{
    // gelu(x) = x / 2 * (1 + tanh(u)) with u = sqrt(2 / pi) * (x + 0.044715 x^3), and (1 + tanh(u)) / 2 is 1 / (1 + e^-2u).
    private const float MinusTwoRootTwoOverPi = -1.5957691216057308f;
    private const float GeluCubic = 0.044715f;

    /// <summary>output = gate * sigmoid(gate) * up</summary>
    public static void SwiGlu(float* gate, float* up, float* output, int count)
    {
        var i = 0;
        for (; i <= count - Lanes.Count; i += Lanes.Count)
            (Silu(Vector512.Load(gate + i)) * Vector512.Load(up + i)).Store(output + i);
        if (i < count)
        {
            var rest = count - i;
            Lanes.StoreTail(Silu(Lanes.LoadTail(gate + i, rest)) * Lanes.LoadTail(up + i, rest), output + i, rest);
        }
    }

    /// <summary>GELU in its tanh form (<c>gelu_new</c>), the one that Phi models are trained with.</summary>
    public static void Gelu(float* x, float* output, int count)
    {
        var i = 0;
        for (; i <= count - Lanes.Count; i += Lanes.Count)
            Gelu(Vector512.Load(x + i)).Store(output + i);
        if (i < count)
            Lanes.StoreTail(Gelu(Lanes.LoadTail(x + i, count - i)), output + i, count - i);
    }

    /// <summary>x / (1 + e^-x). Where e^-x overflows the quotient is zero, as it should be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Silu(Vector512<float> x) =>
        x / (Vector512<float>.One + PortableMath.Exp(Vector512<float>.Zero - x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Gelu(Vector512<float> x)
    {
        var cubic = Vector512.FusedMultiplyAdd(x * x, Vector512.Create(GeluCubic), Vector512<float>.One);
        return x / (Vector512<float>.One + PortableMath.Exp(x * Vector512.Create(MinusTwoRootTwoOverPi) * cubic));
    }
}
