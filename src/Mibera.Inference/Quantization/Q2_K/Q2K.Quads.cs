using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q2K
{
    public static bool UnpacksQuads => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackQuads<TIsa, TSink>(byte* blocks, nint stride, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IQuadSink
    {
        var b = (Block*)blocks;
        var both = Quads.Load<TIsa>(b->Scales, stride);
        var (scales, mins) = (both.Bits(0, 15), both.Bits(4, 15));
        sink.Scales(0, scales.Q0);
        sink.Scales(1, scales.Q1);
        sink.Scales(2, scales.Q2);
        sink.Scales(3, scales.Q3);
        sink.Mins(0, mins.Q0);
        sink.Mins(1, mins.Q1);
        sink.Mins(2, mins.Q2);
        sink.Mins(3, mins.Q3);
        for (var i = 0; i < 4; i++)
            Weights<TIsa, TSink>(i / 2 * 8 + i % 2, b->Quants + 16 * i, stride, ref sink);
    }

    /// <summary>Sixteen weights of each of four chunks.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Weights<TIsa, TSink>(int sixteen, byte* quants, nint stride, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IQuadSink
    {
        var run = Quads.Load<TIsa>(quants, stride);
        sink.Weights(sixteen, run.Bits(0, 3));
        sink.Weights(sixteen + 2, run.Bits(2, 3));
        sink.Weights(sixteen + 4, run.Bits(4, 3));
        sink.Weights(sixteen + 6, run.Bits(6, 3));
    }
}
