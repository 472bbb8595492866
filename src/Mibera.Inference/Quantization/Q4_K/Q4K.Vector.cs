using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q4K : IVectorFormat
{
    public static int Largest => 15;

    public static int ScaleSpan => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var quants = ((Block*)block)->Quants;
        Accept(0, Vector256.Load(quants), ref sink);
        Accept(2, Vector256.Load(quants + 32), ref sink);
        Accept(4, Vector256.Load(quants + 64), ref sink);
        Accept(6, Vector256.Load(quants + 96), ref sink);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SubBlocks<TIsa>(byte* block, out Vector256<short> scales, out Vector256<short> mins)
        where TIsa : struct, IIsa =>
        SubBlockScales.Unpack<TIsa>(((Block*)block)->Scales, out scales, out mins);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ScaleBits(byte* block, int unit) => *(uint*)block;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accept<TSink>(int chunk, Vector256<byte> run, ref TSink sink)
        where TSink : struct, IChunkSink
    {
        sink.Accept(chunk, Unpacking.Bits(run, 0, 15));
        sink.Accept(chunk + 1, Unpacking.Bits(run, 4, 15));
    }
}
