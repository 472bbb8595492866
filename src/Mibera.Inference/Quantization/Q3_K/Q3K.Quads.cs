using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q3K
{
    public static bool UnpacksQuads => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackQuads<TIsa, TVector, TSink>(byte* blocks, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector>
    {
        var b = (Block*)blocks;
        SubBlocks<TIsa, TVector, TSink>(b, stride, ref sink);
        for (var half = 0; half < 2; half++)
        {
            FirstRun<TIsa, TVector, TSink>(half, b, stride, ref sink);
            LastRun<TIsa, TVector, TSink>(half, b, stride, ref sink);
        }
    }

    // Apart, since the compiler's inliner has a limit.

    /// <summary>Scales.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SubBlocks<TIsa, TVector, TSink>(Block* b, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector>
    {
        // The twelve bytes of the scales, behind the last four of the quants.
        var packed = Quads<TIsa, TVector>.Load(b->Scales - 4, stride);
        sink.Scales(0, TIsa.Subtract(TIsa.Or(TIsa.Bits(packed.Q1, 0, 15), TIsa.BitsUp(packed.Q3, 4, 48)), 32));
        sink.Scales(1, TIsa.Subtract(TIsa.Or(TIsa.Bits(packed.Q2, 0, 15), TIsa.BitsUp(packed.Q3, 2, 48)), 32));
        sink.Scales(2, TIsa.Subtract(TIsa.Or(TIsa.Bits(packed.Q1, 4, 15), TIsa.Bits(packed.Q3, 0, 48)), 32));
        sink.Scales(3, TIsa.Subtract(TIsa.Or(TIsa.Bits(packed.Q2, 4, 15), TIsa.Bits(packed.Q3, 2, 48)), 32));
    }

    /// <summary>The first or the last sixteen weights of chunks 0 to 3.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FirstRun<TIsa, TVector, TSink>(int half, Block* b, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector>
    {
        var high = Quads<TIsa, TVector>.Load(b->High + 16 * half, stride);
        var run = Quads<TIsa, TVector>.Load(b->Quants + 16 * half, stride);
        sink.Weights(half, run.Bits(0, 3) | high.BitsUp(2, 4));
        sink.Weights(half + 2, run.Bits(2, 3) | high.BitsUp(1, 4));
        sink.Weights(half + 4, run.Bits(4, 3) | high.Bits(0, 4));
        sink.Weights(half + 6, run.Bits(6, 3) | high.Bits(1, 4));
    }

    /// <summary>The same of chunks 4 to 7.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LastRun<TIsa, TVector, TSink>(int half, Block* b, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector>
    {
        var high = Quads<TIsa, TVector>.Load(b->High + 16 * half, stride);
        var run = Quads<TIsa, TVector>.Load(b->Quants + 32 + 16 * half, stride);
        sink.Weights(half + 8, run.Bits(0, 3) | high.Bits(2, 4));
        sink.Weights(half + 10, run.Bits(2, 3) | high.Bits(3, 4));
        sink.Weights(half + 12, run.Bits(4, 3) | high.Bits(4, 4));
        sink.Weights(half + 14, run.Bits(6, 3) | high.Bits(5, 4));
    }
}
