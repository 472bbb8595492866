using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q50 : IColumnFormat
{
    public static int Largest => 31;

    public static bool HasScales => false;

    public static bool HasOffsets => true;

    public static int Offset => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackColumns<TIsa, TSink>(byte* block, nint stride, int step, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IColumnSink
    {
        var b = (Block*)block;
        TIsa.LoadTransposed(b->Quants, stride, out var c0, out var c1, out var c2, out var c3);
        var high = Unpacking.Dwords((byte*)&b->High, stride);
        sink.Accept(0, Unpacking.Bits(c0, 0, 15) | (Unpacking.QuadMask<TIsa>(high, 0) & Vector256.Create((byte)16)));
        sink.Accept(1, Unpacking.Bits(c1, 0, 15) | (Unpacking.QuadMask<TIsa>(high, 1) & Vector256.Create((byte)16)));
        sink.Accept(2, Unpacking.Bits(c2, 0, 15) | (Unpacking.QuadMask<TIsa>(high, 2) & Vector256.Create((byte)16)));
        sink.Accept(3, Unpacking.Bits(c3, 0, 15) | (Unpacking.QuadMask<TIsa>(high, 3) & Vector256.Create((byte)16)));
        sink.Accept(4, Unpacking.Bits(c0, 4, 15) | (Unpacking.QuadMask<TIsa>(high, 4) & Vector256.Create((byte)16)));
        sink.Accept(5, Unpacking.Bits(c1, 4, 15) | (Unpacking.QuadMask<TIsa>(high, 5) & Vector256.Create((byte)16)));
        sink.Accept(6, Unpacking.Bits(c2, 4, 15) | (Unpacking.QuadMask<TIsa>(high, 6) & Vector256.Create((byte)16)));
        sink.Accept(7, Unpacking.Bits(c3, 4, 15) | (Unpacking.QuadMask<TIsa>(high, 7) & Vector256.Create((byte)16)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var b = (Block*)block;
        sink.Accept(0, Unpacking.Nibbles(b->Quants) | (Unpacking.Mask<TIsa>(b->High) & Vector256.Create((byte)16)));
    }
}
