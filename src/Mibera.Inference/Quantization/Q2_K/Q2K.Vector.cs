using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q2K : IVectorFormat
{
    public static int Largest => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var run = Vector256.Load(((Block*)block)->Quants + 32 * step);
        sink.Accept(4 * step, TIsa.Bits(run, 0, 3));
        sink.Accept(4 * step + 1, TIsa.Bits(run, 2, 3));
        sink.Accept(4 * step + 2, TIsa.Bits(run, 4, 3));
        sink.Accept(4 * step + 3, TIsa.Bits(run, 6, 3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SubBlocks<TIsa>(byte* block, out Vector256<short> scales, out Vector256<short> mins)
        where TIsa : struct, IIsa
    {
        var both = Unpacking.Widen(Vector128.Load(((Block*)block)->Scales));
        scales = both & Vector256.Create((short)15);
        mins = both >>> 4;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ScaleBits(byte* block, int unit) => *(uint*)&((Block*)block)->Scale;
}
