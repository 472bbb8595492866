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
        var run = Vector256.Load(((Block*)block)->Quants + 32 * step);
        sink.Accept(4 * step, TIsa.Bits(run, 0, 3));
        sink.Accept(4 * step + 1, TIsa.Bits(run, 2, 3));
        sink.Accept(4 * step + 2, TIsa.Bits(run, 4, 3));
        sink.Accept(4 * step + 3, TIsa.Bits(run, 6, 3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ScaleBits(byte* block, int unit) => *(ushort*)&((Block*)block)->Scale;
}
