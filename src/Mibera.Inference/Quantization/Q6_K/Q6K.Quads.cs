using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q6K
{
    public static bool UnpacksQuads => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackQuads<TIsa, TSink>(byte* blocks, nint stride, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IQuadSink
    {
        var b = (Block*)blocks;
        var scales = Quads.Load<TIsa>((byte*)b->Scales, stride);
        sink.Scales(0, scales.Q0);
        sink.Scales(1, scales.Q1);
        sink.Scales(2, scales.Q2);
        sink.Scales(3, scales.Q3);
        for (var i = 0; i < 4; i++)
        {
            var (run, half) = (i / 2, i % 2);
            Weights<TIsa, TSink>(8 * run + half, b->Low + 64 * run + 16 * half, b->High + 16 * i, stride, ref sink);
        }
    }

    /// <summary>Sixteen weights of each of four chunks.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Weights<TIsa, TSink>(int sixteen, byte* low, byte* high, nint stride, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IQuadSink
    {
        var top = Quads.Load<TIsa>(high, stride);
        var first = Quads.Load<TIsa>(low, stride);
        sink.Weights(sixteen, first.Bits(0, 15) | top.BitsUp(4, 48));
        sink.Weights(sixteen + 4, first.Bits(4, 15) | top.Bits(0, 48));
        var last = Quads.Load<TIsa>(low + 32, stride);
        sink.Weights(sixteen + 2, last.Bits(0, 15) | top.BitsUp(2, 48));
        sink.Weights(sixteen + 6, last.Bits(4, 15) | top.Bits(2, 48));
    }
}
