using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

/// <remarks>
/// The vector form: u = 8 grid +- 1 + 9 = 8 (grid + 1) + {2, 0}, since the shift changes within a sub-block.
/// </remarks>
internal readonly unsafe partial struct IQ1M : IVectorFormat
{
    public static int Largest => 18;

    public static byte* Tables
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => TernaryTable.Pointer;
    }

    public static bool HasOffsets => true;

    public static int Offset => 9;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prepare<TIsa>(byte* block, byte* prepared)
        where TIsa : struct, IIsa
    {
        var b = (Block*)block;
        var (first, last) = (High<TIsa>(b, 0), High<TIsa>(b, 1));
        Indices(b, 0, first).Store((short*)prepared);
        Indices(b, 1, last).Store((short*)prepared + 16);
        // Bit 11 is the shift's sign: 2 where it is clear.
        var negative = Vector256.Narrow((first >>> 10).AsUInt16(), (last >>> 10).AsUInt16());
        Vector256.AndNot(Vector256.Create((byte)2), negative).Store(prepared + 64);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var indices = (ushort*)prepared;
        var shifts = ByteLanes.Load<TIsa>(prepared + 64);
        Accept<TIsa, TSink>(4 * step, indices, shifts, tables, ref sink);
        Accept<TIsa, TSink>(4 * step + 1, indices, shifts, tables, ref sink);
        Accept<TIsa, TSink>(4 * step + 2, indices, shifts, tables, ref sink);
        Accept<TIsa, TSink>(4 * step + 3, indices, shifts, tables, ref sink);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SubBlocks<TIsa>(byte* block, out Vector256<short> scales, out Vector256<short> mins)
        where TIsa : struct, IIsa
    {
        var fourTimes = Vector256.Create(
            (byte)0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3,
            4, 5, 4, 5, 4, 5, 4, 5, 6, 7, 6, 7, 6, 7, 6, 7);
        var words = TIsa.Lookup(Vector256.Create(*(ulong*)((Block*)block)->Scales).AsByte(), fourTimes).AsInt16();
        // The three bits at 3 i go to 9-11.
        var scale = words * Vector256.Create(0x0001_0008_0040_0200).AsInt16();
        scales = (scale >>> 8 & Vector256.Create((short)14)) | Vector256<short>.One;
        mins = (scales << 3) + scales;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ScaleBits(byte* block, int unit)
    {
        var words = *(ulong*)((Block*)block)->Scales;
        return (uint)((words >> 12 & 0x000f) | (words >> 24 & 0x00f0) | (words >> 36 & 0x0f00) | (words >> 48 & 0xf000));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scales(Vector256<uint> bits) => HalfFloats.Widen(bits) * 0.125f;

    /// <summary>The nibbles of sixteen groups at bits 8-11; other bits are undefined.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> High<TIsa>(Block* b, int half)
        where TIsa : struct, IIsa
    {
        var twice = Vector256.Create(
            (byte)0, 0x80, 0, 0x80, 1, 0x80, 1, 0x80, 2, 0x80, 2, 0x80, 3, 0x80, 3, 0x80,
            4, 0x80, 4, 0x80, 5, 0x80, 5, 0x80, 6, 0x80, 6, 0x80, 7, 0x80, 7, 0x80);
        return TIsa.Lookup(Vector256.Create(((ulong*)b->High)[half]).AsByte(), twice).AsInt16() * Vector256.Create(0x0010_0100).AsInt16();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Indices(Block* b, int half, Vector256<short> high) =>
        Unpacking.Widen(Vector128.Load(b->Indices + 16 * half)) | (high & Vector256.Create((short)0x700));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accept<TIsa, TSink>(int chunk, ushort* indices, in ByteLanes shifts, byte* tables, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink =>
        sink.Accept(chunk, Grids.Gather<TIsa>(tables, indices, chunk) + shifts.Spread<TIsa>(chunk));
}
