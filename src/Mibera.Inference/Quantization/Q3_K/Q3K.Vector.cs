using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q3K : IVectorFormat
{
    public static int Largest => 7;

    public static bool HasOffsets => true;

    public static int Offset => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var b = (Block*)block;
        var high = Vector256.Load(b->High);
        var run = Vector256.Load(b->Quants + 32 * step);
        sink.Accept(4 * step, TIsa.Bits(run, 0, 3) | Unpacking.Bit<TIsa>(high, 4 * step, 2));
        sink.Accept(4 * step + 1, TIsa.Bits(run, 2, 3) | Unpacking.Bit<TIsa>(high, 4 * step + 1, 2));
        sink.Accept(4 * step + 2, TIsa.Bits(run, 4, 3) | Unpacking.Bit<TIsa>(high, 4 * step + 2, 2));
        sink.Accept(4 * step + 3, TIsa.Bits(run, 6, 3) | Unpacking.Bit<TIsa>(high, 4 * step + 3, 2));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SubBlocks<TIsa>(byte* block, out Vector256<short> scales, out Vector256<short> mins)
        where TIsa : struct, IIsa
    {
        var packed = ((Block*)block)->Scales;
        // Eight bytes twice: the first copies move up by four, so that bits 4-7 hold what each scale takes from its byte.
        var low = Unpacking.Widen(Vector128.Create(*(ulong*)packed).AsByte())
            * Vector256.Create(Vector128.Create((short)16), Vector128.Create((short)1));
        // Four bytes four times, moved up so that bits 6-7 hold what each scale takes from its byte.
        var high = Unpacking.Widen(Vector128.Create(*(uint*)(packed + 8)).AsByte())
            * Vector256.Create(64, 64, 64, 64, 16, 16, 16, 16, 4, 4, 4, 4, 1, 1, 1, 1);
        scales = ((low >>> 4 & Vector256.Create((short)0x0f)) | (high >>> 2 & Vector256.Create((short)0x30))) - Vector256.Create((short)32);
        mins = scales << 2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ScaleBits(byte* block, int unit) => *(ushort*)&((Block*)block)->Scale;
}
