using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q2K
{
    public static bool UnpacksQuads => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackQuads<TIsa, TVector, TSink>(byte* blocks, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector>
    {
        var b = (Block*)blocks;
        SubBlocks<TIsa, TVector, TSink>(b->Scales, stride, ref sink);
        for (var i = 0; i < 4; i++)
            Weights<TIsa, TVector, TSink>(i / 2 * 8 + i % 2, b->Quants + 16 * i, stride, ref sink);
    }

    // Apart, since the compiler's inliner has a limit.

    /// <summary>Scales and minimums.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SubBlocks<TIsa, TVector, TSink>(byte* packed, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector>
    {
        var both = Quads<TIsa, TVector>.Load(packed, stride);
        var scales = both.Bits(0, 15);
        sink.Scales(0, scales.Q0);
        sink.Scales(1, scales.Q1);
        sink.Scales(2, scales.Q2);
        sink.Scales(3, scales.Q3);
        var mins = both.Bits(4, 15);
        sink.Mins(0, mins.Q0);
        sink.Mins(1, mins.Q1);
        sink.Mins(2, mins.Q2);
        sink.Mins(3, mins.Q3);
    }

    /// <summary>Sixteen weights of each of four chunks.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Weights<TIsa, TVector, TSink>(int sixteen, byte* quants, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector>
    {
        var run = Quads<TIsa, TVector>.Load(quants, stride);
        sink.Weights(sixteen, run.Bits(0, 3));
        sink.Weights(sixteen + 2, run.Bits(2, 3));
        sink.Weights(sixteen + 4, run.Bits(4, 3));
        sink.Weights(sixteen + 6, run.Bits(6, 3));
    }
}
