using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q5K
{
    public static bool UnpacksQuads => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackQuads<TIsa, TVector, TSink>(byte* blocks, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector>
    {
        SubBlockScales.UnpackQuads<TIsa, TVector, TSink>(blocks, stride, ref sink);
        for (var half = 0; half < 2; half++)
        {
            FirstChunks<TIsa, TVector, TSink>(half, (Block*)blocks, stride, ref sink);
            LastChunks<TIsa, TVector, TSink>(half, (Block*)blocks, stride, ref sink);
        }
    }

    // Apart, since the compiler's inliner has a limit.

    /// <summary>The first or the last sixteen weights of chunks 0 to 3.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FirstChunks<TIsa, TVector, TSink>(int half, Block* b, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector>
    {
        var high = Quads<TIsa, TVector>.Load(b->High + 16 * half, stride);
        var run = Quads<TIsa, TVector>.Load(b->Quants + 16 * half, stride);
        sink.Weights(half, run.Bits(0, 15) | high.BitsUp(4, 16));
        sink.Weights(half + 2, run.Bits(4, 15) | high.BitsUp(3, 16));
        run = Quads<TIsa, TVector>.Load(b->Quants + 32 + 16 * half, stride);
        sink.Weights(half + 4, run.Bits(0, 15) | high.BitsUp(2, 16));
        sink.Weights(half + 6, run.Bits(4, 15) | high.BitsUp(1, 16));
    }

    /// <summary>The same of chunks 4 to 7.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LastChunks<TIsa, TVector, TSink>(int half, Block* b, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector>
    {
        var high = Quads<TIsa, TVector>.Load(b->High + 16 * half, stride);
        var run = Quads<TIsa, TVector>.Load(b->Quants + 64 + 16 * half, stride);
        sink.Weights(half + 8, run.Bits(0, 15) | high.Bits(0, 16));
        sink.Weights(half + 10, run.Bits(4, 15) | high.Bits(1, 16));
        run = Quads<TIsa, TVector>.Load(b->Quants + 96 + 16 * half, stride);
        sink.Weights(half + 12, run.Bits(0, 15) | high.Bits(2, 16));
        sink.Weights(half + 14, run.Bits(4, 15) | high.Bits(3, 16));
    }
}
