using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q6K : IVectorFormat
{
    public static int Largest => 63;

    public static bool HasOffsets => true;

    public static int Offset => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var b = (Block*)block;
        var first = Vector256.Load(b->Low + 64 * step);
        var last = Vector256.Load(b->Low + 64 * step + 32);
        var high = Vector256.Load(b->High + 32 * step);
        sink.Accept(4 * step, TIsa.Bits(first, 0, 0x0f) | TIsa.BitsUp(high, 4, 0x30));
        sink.Accept(4 * step + 1, TIsa.Bits(last, 0, 0x0f) | TIsa.BitsUp(high, 2, 0x30));
        sink.Accept(4 * step + 2, TIsa.Bits(first, 4, 0x0f) | TIsa.Bits(high, 0, 0x30));
        sink.Accept(4 * step + 3, TIsa.Bits(last, 4, 0x0f) | TIsa.Bits(high, 2, 0x30));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SubBlocks<TIsa>(byte* block, out Vector256<short> scales, out Vector256<short> mins)
        where TIsa : struct, IIsa
    {
        scales = Unpacking.Widen(Vector128.Load(((Block*)block)->Scales));
        mins = scales << 5;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ScaleBits(byte* block, int unit) => *(ushort*)&((Block*)block)->Scale;
}
