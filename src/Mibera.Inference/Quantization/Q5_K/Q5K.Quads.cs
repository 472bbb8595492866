using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q5K
{
    public static bool UnpacksQuads => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackQuads<TIsa, TSink>(byte* blocks, nint stride, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IQuadSink
    {
        SubBlockScales.UnpackQuads<TIsa, TSink>(blocks, stride, ref sink);
        for (var half = 0; half < 2; half++)
        {
            FirstChunks<TIsa, TSink>(half, (Block*)blocks, stride, ref sink);
            LastChunks<TIsa, TSink>(half, (Block*)blocks, stride, ref sink);
        }
    }

    // Apart, since the compiler's inliner has a limit.

    /// <summary>The first or the last sixteen weights of chunks 0 to 3.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FirstChunks<TIsa, TSink>(int half, Block* b, nint stride, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IQuadSink
    {
        var high = Quads.Load<TIsa>(b->High + 16 * half, stride);
        var run = Quads.Load<TIsa>(b->Quants + 16 * half, stride);
        sink.Weights(half, run.Bits(0, 15) | high.BitsUp(4, 16));
        sink.Weights(half + 2, run.Bits(4, 15) | high.BitsUp(3, 16));
        run = Quads.Load<TIsa>(b->Quants + 32 + 16 * half, stride);
        sink.Weights(half + 4, run.Bits(0, 15) | high.BitsUp(2, 16));
        sink.Weights(half + 6, run.Bits(4, 15) | high.BitsUp(1, 16));
    }

    /// <summary>The same of chunks 4 to 7.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LastChunks<TIsa, TSink>(int half, Block* b, nint stride, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IQuadSink
    {
        var high = Quads.Load<TIsa>(b->High + 16 * half, stride);
        var run = Quads.Load<TIsa>(b->Quants + 64 + 16 * half, stride);
        sink.Weights(half + 8, run.Bits(0, 15) | high.Bits(0, 16));
        sink.Weights(half + 10, run.Bits(4, 15) | high.Bits(1, 16));
        run = Quads.Load<TIsa>(b->Quants + 96 + 16 * half, stride);
        sink.Weights(half + 12, run.Bits(0, 15) | high.Bits(2, 16));
        sink.Weights(half + 14, run.Bits(4, 15) | high.Bits(3, 16));
    }
}
