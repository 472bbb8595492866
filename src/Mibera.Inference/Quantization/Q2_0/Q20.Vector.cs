using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q20 : IColumnFormat
{
    public static int Largest => 3;

    public static int ChunksInBlock => 2;

    public static bool HasScales => false;

    public static bool HasOffsets => true;

    public static int Offset => 1;

    /// <summary>A field that stands in bits 0-1 or in bits 2-3, in both lanes.</summary>
    private static Vector256<byte> FieldTable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(
            (byte)0, 1, 2, 3, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0,
            0, 1, 2, 3, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackColumns<TIsa, TVector, TSink>(byte* block, nint stride, int step, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IColumnSink<TVector>
    {
        var table = TIsa.Table(FieldTable);
        var quants = ((Block*)block)->Quants + 8 * step;
        Accept<TIsa, TVector, TSink>(0, TIsa.LoadDwords(quants, stride), table, ref sink);
        Accept<TIsa, TVector, TSink>(4, TIsa.LoadDwords(quants + 4, stride), table, ref sink);
    }

    /// <summary>Four quads: each has one of the four bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accept<TIsa, TVector, TSink>(int quad, TVector bytes, TVector table, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IColumnSink<TVector>
    {
        sink.Accept(quad, TIsa.Lookup(table, TIsa.Fields(bytes, 0)));
        sink.Accept(quad + 1, TIsa.Lookup(table, TIsa.Fields(bytes, 1)));
        sink.Accept(quad + 2, TIsa.Lookup(table, TIsa.Fields(bytes, 2)));
        sink.Accept(quad + 3, TIsa.Lookup(table, TIsa.Fields(bytes, 3)));
    }
}
