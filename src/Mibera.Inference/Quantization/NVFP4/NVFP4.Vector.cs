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
    public static void UnpackColumns<TIsa, TSink>(byte* block, nint stride, int step, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IColumnSink
    {
        TIsa.LoadTransposed(((Block*)block)->Quants + 16 * step, stride, out var c0, out var c1, out var c2, out var c3);
        sink.Accept(0, TIsa.Lookup(Codebooks.Fp4Table, Unpacking.Bits(c0, 0, 15)));
        sink.Accept(1, TIsa.Lookup(Codebooks.Fp4Table, Unpacking.Bits(c1, 0, 15)));
        sink.Accept(2, TIsa.Lookup(Codebooks.Fp4Table, Unpacking.Bits(c0, 4, 15)));
        sink.Accept(3, TIsa.Lookup(Codebooks.Fp4Table, Unpacking.Bits(c1, 4, 15)));
        sink.Accept(4, TIsa.Lookup(Codebooks.Fp4Table, Unpacking.Bits(c2, 0, 15)));
        sink.Accept(5, TIsa.Lookup(Codebooks.Fp4Table, Unpacking.Bits(c3, 0, 15)));
        sink.Accept(6, TIsa.Lookup(Codebooks.Fp4Table, Unpacking.Bits(c2, 4, 15)));
        sink.Accept(7, TIsa.Lookup(Codebooks.Fp4Table, Unpacking.Bits(c3, 4, 15)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        // A lane for each unit of 16: its 8 bytes twice, the second copy moved down to the high nibbles.
        var spread = Vector256.Create(
            (byte)0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7,
            8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
        var twice = TIsa.Lookup(Unpacking.Both(Vector128.Load(((Block*)block)->Quants + 16 * step)), spread);
        var second = Vector256.Create(0ul, ulong.MaxValue, 0, ulong.MaxValue).AsByte();
        var nibbles = Vector256.ConditionalSelect(second, (twice.AsUInt16() >>> 4).AsByte(), twice) & Vector256.Create((byte)15);
        sink.Accept(0, TIsa.Lookup(Codebooks.Fp4Table, nibbles));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ScaleBits(byte* block, int unit) => ((Block*)block)->Scales[unit];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scales(Vector256<uint> bits) => SmallFloats.HalfOfUE4M3(bits);
}
