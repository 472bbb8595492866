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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackColumns<TIsa, TSink>(byte* block, nint stride, int step, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IColumnSink
    {
        var quants = ((Block*)block)->Quants + 8 * step;
        Accept<TIsa, TSink>(0, Unpacking.Dwords(quants, stride), ref sink);
        Accept<TIsa, TSink>(4, Unpacking.Dwords(quants + 4, stride), ref sink);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var spread = Vector256.Create(
            (byte)0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3,
            4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7);
        var bytes = TIsa.Lookup(Vector256.Create(((ulong*)((Block*)block)->Quants)[step]).AsByte(), spread);
        sink.Accept(0, Fields<TIsa>(bytes));
    }

    /// <summary>Four quads: each has one of the four bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accept<TIsa, TSink>(int quad, Vector256<byte> bytes, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IColumnSink
    {
        var first = Vector256.Create(0x0404040400000000, 0x0c0c0c0c08080808, 0x0404040400000000, 0x0c0c0c0c08080808).AsByte();
        sink.Accept(quad, Fields<TIsa>(TIsa.Lookup(bytes, first)));
        sink.Accept(quad + 1, Fields<TIsa>(TIsa.Lookup(bytes, first + Vector256<byte>.One)));
        sink.Accept(quad + 2, Fields<TIsa>(TIsa.Lookup(bytes, first + Vector256.Create((byte)2))));
        sink.Accept(quad + 3, Fields<TIsa>(TIsa.Lookup(bytes, first + Vector256.Create((byte)3))));
    }

    /// <summary>Of four copies of a byte its four fields.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Fields<TIsa>(Vector256<byte> bytes)
        where TIsa : struct, IIsa
    {
        // Weights 2 and 3 of a byte come from its high nibble; then the first of a nibble stands in bits 0-1, the second in
        // bits 2-3, and one table serves both.
        var high = Vector256.Create(0xffff0000u).AsByte();
        var nibbles = Vector256.ConditionalSelect(high, (bytes.AsUInt16() >>> 4).AsByte(), bytes);
        var table = Vector256.Create(
            (byte)0, 1, 2, 3, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0,
            0, 1, 2, 3, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0);
        return TIsa.Lookup(table, nibbles & Vector256.Create((ushort)0x0c03).AsByte());
    }
}
