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
        NibbleColumns.Unpack<TIsa, TSink>(b->Quants, (byte*)&b->High, stride, ref sink);
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
