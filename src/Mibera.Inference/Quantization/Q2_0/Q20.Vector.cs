using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q20 : IVectorFormat
{
    public static int Largest => 3;

    public static bool HasScales => false;

    public static bool HasOffsets => true;

    public static int Offset => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var spread = Vector256.Create(
            (byte)0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3,
            4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7);
        var bytes = TIsa.Lookup(Vector256.Create(((ulong*)((Block*)block)->Quants)[step]).AsByte(), spread);
        // Weights 2 and 3 of a byte come from its high nibble; then the first of a nibble stands in bits 0-1, the second in
        // bits 2-3, and one table serves both.
        var high = Vector256.Create(0xffff0000u).AsByte();
        var nibbles = Vector256.ConditionalSelect(high, (bytes.AsUInt16() >>> 4).AsByte(), bytes);
        var table = Vector256.Create(
            (byte)0, 1, 2, 3, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0,
            0, 1, 2, 3, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0);
        sink.Accept(0, TIsa.Lookup(table, nibbles & Vector256.Create((ushort)0x0c03).AsByte()));
    }
}
