using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q6K
{
    public static bool UnpacksQuads => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackQuads<TIsa, TVector, TSink>(byte* blocks, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector>
    {
        var b = (Block*)blocks;
        SubBlocks<TIsa, TVector, TSink>((byte*)b->Scales, stride, ref sink);
        for (var i = 0; i < 4; i++)
        {
            var (run, half) = (i / 2, i % 2);
            Weights<TIsa, TVector, TSink>(8 * run + half, b->Low + 64 * run + 16 * half, b->High + 16 * i, stride, ref sink);
        }
    }

    // Apart, since the compiler's inliner has a limit.

    /// <summary>Scales.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SubBlocks<TIsa, TVector, TSink>(byte* packed, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector>
    {
        var scales = Quads<TIsa, TVector>.Load(packed, stride);
        sink.Scales(0, scales.Q0);
        sink.Scales(1, scales.Q1);
        sink.Scales(2, scales.Q2);
        sink.Scales(3, scales.Q3);
    }

    /// <summary>Sixteen weights of each of four chunks.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Weights<TIsa, TVector, TSink>(int sixteen, byte* low, byte* high, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector>
    {
        var top = Quads<TIsa, TVector>.Load(high, stride);
        var first = Quads<TIsa, TVector>.Load(low, stride);
        sink.Weights(sixteen, first.Bits(0, 15) | top.BitsUp(4, 48));
        sink.Weights(sixteen + 4, first.Bits(4, 15) | top.Bits(0, 48));
        var last = Quads<TIsa, TVector>.Load(low + 32, stride);
        sink.Weights(sixteen + 2, last.Bits(0, 15) | top.BitsUp(2, 48));
        sink.Weights(sixteen + 6, last.Bits(4, 15) | top.Bits(2, 48));
    }
}
