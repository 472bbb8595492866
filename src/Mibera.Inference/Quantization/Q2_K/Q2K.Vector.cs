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
        var b = (Block*)block;
        var first = Vector256.Load(b->Quants);
        sink.Accept(0, Unpacking.Bits(first, 0, 3));
        sink.Accept(1, Unpacking.Bits(first, 2, 3));
        sink.Accept(2, Unpacking.Bits(first, 4, 3));
        sink.Accept(3, Unpacking.Bits(first, 6, 3));
        var last = Vector256.Load(b->Quants + 32);
        sink.Accept(4, Unpacking.Bits(last, 0, 3));
        sink.Accept(5, Unpacking.Bits(last, 2, 3));
        sink.Accept(6, Unpacking.Bits(last, 4, 3));
        sink.Accept(7, Unpacking.Bits(last, 6, 3));
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
