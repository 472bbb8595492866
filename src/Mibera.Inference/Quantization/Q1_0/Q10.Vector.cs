using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q10 : IColumnFormat
{
    public static int Largest => 2;

    public static int ChunksInBlock => 4;

    public static bool HasScales => false;

    public static bool HasOffsets => true;

    public static int Offset => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackColumns<TIsa, TSink>(byte* block, nint stride, int step, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IColumnSink
    {
        var bits = Unpacking.Dwords(((Block*)block)->Signs + 4 * step, stride);
        sink.Accept(0, Unpacking.QuadMask<TIsa>(bits, 0) & Vector256.Create((byte)2));
        sink.Accept(1, Unpacking.QuadMask<TIsa>(bits, 1) & Vector256.Create((byte)2));
        sink.Accept(2, Unpacking.QuadMask<TIsa>(bits, 2) & Vector256.Create((byte)2));
        sink.Accept(3, Unpacking.QuadMask<TIsa>(bits, 3) & Vector256.Create((byte)2));
        sink.Accept(4, Unpacking.QuadMask<TIsa>(bits, 4) & Vector256.Create((byte)2));
        sink.Accept(5, Unpacking.QuadMask<TIsa>(bits, 5) & Vector256.Create((byte)2));
        sink.Accept(6, Unpacking.QuadMask<TIsa>(bits, 6) & Vector256.Create((byte)2));
        sink.Accept(7, Unpacking.QuadMask<TIsa>(bits, 7) & Vector256.Create((byte)2));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink =>
        sink.Accept(0, Unpacking.Mask<TIsa>(((uint*)((Block*)block)->Signs)[step]) & Vector256.Create((byte)2));
}
