using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct NVFP4 : IColumnFormat
{
    public static int Largest => 24;

    public static int ChunksInBlock => 2;

    public static bool HasScales => false;

    public static bool HasOffsets => true;

    public static int Offset => 12;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackColumns<TIsa, TVector, TSink>(byte* block, nint stride, int step, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IColumnSink<TVector>
    {
        TIsa.LoadTransposed(((Block*)block)->Quants + 16 * step, stride, out var c0, out var c1, out var c2, out var c3);
        var table = TIsa.Table(Codebooks.Fp4Table);
        sink.Accept(0, TIsa.Lookup(table, TIsa.Bits(c0, 0, 15)));
        sink.Accept(1, TIsa.Lookup(table, TIsa.Bits(c1, 0, 15)));
        sink.Accept(2, TIsa.Lookup(table, TIsa.Bits(c0, 4, 15)));
        sink.Accept(3, TIsa.Lookup(table, TIsa.Bits(c1, 4, 15)));
        sink.Accept(4, TIsa.Lookup(table, TIsa.Bits(c2, 0, 15)));
        sink.Accept(5, TIsa.Lookup(table, TIsa.Bits(c3, 0, 15)));
        sink.Accept(6, TIsa.Lookup(table, TIsa.Bits(c2, 4, 15)));
        sink.Accept(7, TIsa.Lookup(table, TIsa.Bits(c3, 4, 15)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ScaleBits(byte* block, int unit) => ((Block*)block)->Scales[unit];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scales(Vector256<uint> bits) => SmallFloats.HalfOfUE4M3(bits);
}
