using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

/// <summary>
/// Columns of formats whose 16 bytes hold weight i in the low and weight i + 16 in the high nibble: eight quads of weights of
/// eight rows, <c>stride</c> bytes apart.
/// </summary>
internal static unsafe class NibbleColumns
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unpack<TIsa, TSink>(byte* quants, nint stride, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IColumnSink
    {
        TIsa.LoadTransposed(quants, stride, out var c0, out var c1, out var c2, out var c3);
        sink.Accept(0, Unpacking.Bits(c0, 0, 15));
        sink.Accept(1, Unpacking.Bits(c1, 0, 15));
        sink.Accept(2, Unpacking.Bits(c2, 0, 15));
        sink.Accept(3, Unpacking.Bits(c3, 0, 15));
        sink.Accept(4, Unpacking.Bits(c0, 4, 15));
        sink.Accept(5, Unpacking.Bits(c1, 4, 15));
        sink.Accept(6, Unpacking.Bits(c2, 4, 15));
        sink.Accept(7, Unpacking.Bits(c3, 4, 15));
    }

    /// <summary>With a fifth bit for each weight: bit i of the dword at <paramref name="fifthBits"/> is that of weight i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unpack<TIsa, TSink>(byte* quants, byte* fifthBits, nint stride, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IColumnSink
    {
        TIsa.LoadTransposed(quants, stride, out var c0, out var c1, out var c2, out var c3);
        var high = Unpacking.Dwords(fifthBits, stride);
        sink.Accept(0, Unpacking.Bits(c0, 0, 15) | FifthBits<TIsa>(high, 0));
        sink.Accept(1, Unpacking.Bits(c1, 0, 15) | FifthBits<TIsa>(high, 1));
        sink.Accept(2, Unpacking.Bits(c2, 0, 15) | FifthBits<TIsa>(high, 2));
        sink.Accept(3, Unpacking.Bits(c3, 0, 15) | FifthBits<TIsa>(high, 3));
        sink.Accept(4, Unpacking.Bits(c0, 4, 15) | FifthBits<TIsa>(high, 4));
        sink.Accept(5, Unpacking.Bits(c1, 4, 15) | FifthBits<TIsa>(high, 5));
        sink.Accept(6, Unpacking.Bits(c2, 4, 15) | FifthBits<TIsa>(high, 6));
        sink.Accept(7, Unpacking.Bits(c3, 4, 15) | FifthBits<TIsa>(high, 7));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> FifthBits<TIsa>(Vector256<byte> high, int quad)
        where TIsa : struct, IIsa =>
        Unpacking.QuadMask<TIsa>(high, quad) & Vector256.Create((byte)16);
}
