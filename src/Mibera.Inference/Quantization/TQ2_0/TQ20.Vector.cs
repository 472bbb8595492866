using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct TQ20 : IVectorFormat
{
    public static int Largest => 3;

    public static bool HasScales => false;

    public static bool HasOffsets => true;

    public static int Offset => 1;

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
    public static uint ScaleBits(byte* block, int unit) => *(ushort*)&((Block*)block)->Scale;
}
