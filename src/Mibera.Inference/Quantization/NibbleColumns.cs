using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

/// <summary>
/// Columns of formats whose 16 bytes hold weight i in the low and weight i + 16 in the high nibble: eight quads of weights of
/// each row, <c>stride</c> bytes apart.
/// </summary>
internal static unsafe class NibbleColumns
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unpack<TIsa, TVector, TSink>(byte* quants, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IColumnSink<TVector>
    {
        TIsa.LoadTransposed(quants, stride, out var c0, out var c1, out var c2, out var c3);
        sink.Accept(0, TIsa.Bits(c0, 0, 15));
        sink.Accept(1, TIsa.Bits(c1, 0, 15));
        sink.Accept(2, TIsa.Bits(c2, 0, 15));
        sink.Accept(3, TIsa.Bits(c3, 0, 15));
        sink.Accept(4, TIsa.Bits(c0, 4, 15));
        sink.Accept(5, TIsa.Bits(c1, 4, 15));
        sink.Accept(6, TIsa.Bits(c2, 4, 15));
        sink.Accept(7, TIsa.Bits(c3, 4, 15));
    }

    /// <summary>As indices of a table of 16 bytes, in both lanes of <paramref name="entries"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unpack<TIsa, TVector, TSink>(byte* quants, nint stride, Vector256<byte> entries, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IColumnSink<TVector>
    {
        TIsa.LoadTransposed(quants, stride, out var c0, out var c1, out var c2, out var c3);
        var table = TIsa.Table(entries);
        sink.Accept(0, TIsa.Lookup(table, TIsa.Bits(c0, 0, 15)));
        sink.Accept(1, TIsa.Lookup(table, TIsa.Bits(c1, 0, 15)));
        sink.Accept(2, TIsa.Lookup(table, TIsa.Bits(c2, 0, 15)));
        sink.Accept(3, TIsa.Lookup(table, TIsa.Bits(c3, 0, 15)));
        sink.Accept(4, TIsa.Lookup(table, TIsa.Bits(c0, 4, 15)));
        sink.Accept(5, TIsa.Lookup(table, TIsa.Bits(c1, 4, 15)));
        sink.Accept(6, TIsa.Lookup(table, TIsa.Bits(c2, 4, 15)));
        sink.Accept(7, TIsa.Lookup(table, TIsa.Bits(c3, 4, 15)));
    }

    /// <summary>With a fifth bit for each weight: bit i of the dword at <paramref name="fifthBits"/> is that of weight i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unpack<TIsa, TVector, TSink>(byte* quants, byte* fifthBits, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IColumnSink<TVector>
    {
        TIsa.LoadTransposed(quants, stride, out var c0, out var c1, out var c2, out var c3);
        var high = TIsa.LoadDwords(fifthBits, stride);
        sink.Accept(0, TIsa.Or(TIsa.Bits(c0, 0, 15), TIsa.BitsOfQuad(high, 0, 16)));
        sink.Accept(1, TIsa.Or(TIsa.Bits(c1, 0, 15), TIsa.BitsOfQuad(high, 1, 16)));
        sink.Accept(2, TIsa.Or(TIsa.Bits(c2, 0, 15), TIsa.BitsOfQuad(high, 2, 16)));
        sink.Accept(3, TIsa.Or(TIsa.Bits(c3, 0, 15), TIsa.BitsOfQuad(high, 3, 16)));
        sink.Accept(4, TIsa.Or(TIsa.Bits(c0, 4, 15), TIsa.BitsOfQuad(high, 4, 16)));
        sink.Accept(5, TIsa.Or(TIsa.Bits(c1, 4, 15), TIsa.BitsOfQuad(high, 5, 16)));
        sink.Accept(6, TIsa.Or(TIsa.Bits(c2, 4, 15), TIsa.BitsOfQuad(high, 6, 16)));
        sink.Accept(7, TIsa.Or(TIsa.Bits(c3, 4, 15), TIsa.BitsOfQuad(high, 7, 16)));
    }
}
