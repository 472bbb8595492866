using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q3K
{
    public static bool UnpacksQuads => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackQuads<TIsa, TSink>(byte* blocks, nint stride, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IQuadSink
    {
        var b = (Block*)blocks;
        // The twelve bytes of the scales, behind the last four of the quants.
        var packed = Quads.Load<TIsa>(b->Scales - 4, stride);
        var offset = Vector256.Create((byte)32);
        sink.Scales(0, (Unpacking.Bits(packed.Q1, 0, 15) | Unpacking.BitsUp(packed.Q3, 4, 48)) - offset);
        sink.Scales(1, (Unpacking.Bits(packed.Q2, 0, 15) | Unpacking.BitsUp(packed.Q3, 2, 48)) - offset);
        sink.Scales(2, (Unpacking.Bits(packed.Q1, 4, 15) | Unpacking.Bits(packed.Q3, 0, 48)) - offset);
        sink.Scales(3, (Unpacking.Bits(packed.Q2, 4, 15) | Unpacking.Bits(packed.Q3, 2, 48)) - offset);
        for (var half = 0; half < 2; half++)
        {
            FirstRun<TIsa, TSink>(half, b, stride, ref sink);
            LastRun<TIsa, TSink>(half, b, stride, ref sink);
        }
    }

    // Apart, since the compiler's inliner has a limit.

    /// <summary>The first or the last sixteen weights of chunks 0 to 3.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FirstRun<TIsa, TSink>(int half, Block* b, nint stride, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IQuadSink
    {
        var high = Quads.Load<TIsa>(b->High + 16 * half, stride);
        var run = Quads.Load<TIsa>(b->Quants + 16 * half, stride);
        sink.Weights(half, run.Bits(0, 3) | high.BitsUp(2, 4));
        sink.Weights(half + 2, run.Bits(2, 3) | high.BitsUp(1, 4));
        sink.Weights(half + 4, run.Bits(4, 3) | high.Bits(0, 4));
        sink.Weights(half + 6, run.Bits(6, 3) | high.Bits(1, 4));
    }

    /// <summary>The same of chunks 4 to 7.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LastRun<TIsa, TSink>(int half, Block* b, nint stride, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IQuadSink
    {
        var high = Quads.Load<TIsa>(b->High + 16 * half, stride);
        var run = Quads.Load<TIsa>(b->Quants + 32 + 16 * half, stride);
        sink.Weights(half + 8, run.Bits(0, 3) | high.Bits(2, 4));
        sink.Weights(half + 10, run.Bits(2, 3) | high.Bits(3, 4));
        sink.Weights(half + 12, run.Bits(4, 3) | high.Bits(4, 4));
        sink.Weights(half + 14, run.Bits(6, 3) | high.Bits(5, 4));
    }
}
