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
        Accept(0, b->Low, b->High, ref sink);
        Accept(4, b->Low + 64, b->High + 32, ref sink);
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

    /// <summary>One run of 128 weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accept<TSink>(int chunk, byte* low, byte* high, ref TSink sink)
        where TSink : struct, IChunkSink
    {
        var (first, last, top) = (Vector256.Load(low), Vector256.Load(low + 32), Vector256.Load(high));
        sink.Accept(chunk, Unpacking.Bits(first, 0, 0x0f) | Unpacking.BitsUp(top, 4, 0x30));
        sink.Accept(chunk + 1, Unpacking.Bits(last, 0, 0x0f) | Unpacking.BitsUp(top, 2, 0x30));
        sink.Accept(chunk + 2, Unpacking.Bits(first, 4, 0x0f) | Unpacking.Bits(top, 0, 0x30));
        sink.Accept(chunk + 3, Unpacking.Bits(last, 4, 0x0f) | Unpacking.Bits(top, 2, 0x30));
    }
}
