using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q5K : IVectorFormat
{
    public static int Largest => 31;

    public static int ScaleSpan => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var b = (Block*)block;
        var high = Vector256.Load(b->High);
        var run = Vector256.Load(b->Quants);
        sink.Accept(0, Unpacking.Bits(run, 0, 15) | Unpacking.BitsUp(high, 4, 16));
        sink.Accept(1, Unpacking.Bits(run, 4, 15) | Unpacking.BitsUp(high, 3, 16));
        run = Vector256.Load(b->Quants + 32);
        sink.Accept(2, Unpacking.Bits(run, 0, 15) | Unpacking.BitsUp(high, 2, 16));
        sink.Accept(3, Unpacking.Bits(run, 4, 15) | Unpacking.BitsUp(high, 1, 16));
        run = Vector256.Load(b->Quants + 64);
        sink.Accept(4, Unpacking.Bits(run, 0, 15) | Unpacking.Bits(high, 0, 16));
        sink.Accept(5, Unpacking.Bits(run, 4, 15) | Unpacking.Bits(high, 1, 16));
        run = Vector256.Load(b->Quants + 96);
        sink.Accept(6, Unpacking.Bits(run, 0, 15) | Unpacking.Bits(high, 2, 16));
        sink.Accept(7, Unpacking.Bits(run, 4, 15) | Unpacking.Bits(high, 3, 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SubBlocks<TIsa>(byte* block, out Vector256<short> scales, out Vector256<short> mins)
        where TIsa : struct, IIsa =>
        SubBlockScales.Unpack<TIsa>(((Block*)block)->Scales, out scales, out mins);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ScaleBits(byte* block, int unit) => *(uint*)block;
}
