using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

/// <remarks>
/// The vector form: u = 8 (grid + 1), so that <c>s' (8 grid +- 1)</c> is <c>s' u - s' (8 -+ 1)</c>.
/// </remarks>
internal readonly unsafe partial struct IQ1S : IVectorFormat
{
    public static int Largest => 16;

    public static byte* Tables
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => TernaryTable.Pointer;
    }

    public static bool HasOffsets => true;

    public static int ScaleSpan => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prepare<TIsa>(byte* block, byte* prepared)
        where TIsa : struct, IIsa
    {
        Indices<TIsa>((Block*)block, 0).Store((short*)prepared);
        Indices<TIsa>((Block*)block, 1).Store((short*)prepared + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        Accept<TIsa, TSink>(4 * step, tables, prepared, ref sink);
        Accept<TIsa, TSink>(4 * step + 1, tables, prepared, ref sink);
        Accept<TIsa, TSink>(4 * step + 2, tables, prepared, ref sink);
        Accept<TIsa, TSink>(4 * step + 3, tables, prepared, ref sink);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SubBlocks<TIsa>(byte* block, out Vector256<short> scales, out Vector256<short> mins)
        where TIsa : struct, IIsa
    {
        var twice = Vector256.Create(
            (byte)0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7, 6, 7,
            8, 9, 8, 9, 10, 11, 10, 11, 12, 13, 12, 13, 14, 15, 14, 15);
        var high = TIsa.Lookup(Unpacking.Both(Vector128.Load((byte*)((Block*)block)->High)), twice).AsInt16();
        scales = (high >>> 11 & Vector256.Create((short)14)) | Vector256<short>.One;
        // 7 s', and 9 s' where the top bit is set.
        mins = (scales << 3) - scales + ((scales + scales) & (high >> 15));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scales(Vector256<uint> bits) => HalfFloats.Widen(bits) * 0.125f;

    /// <summary>Sixteen grid indices.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Indices<TIsa>(Block* b, int half)
        where TIsa : struct, IIsa
    {
        var fourTimes = Vector256.Create(
            (byte)0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3,
            4, 5, 4, 5, 4, 5, 4, 5, 6, 7, 6, 7, 6, 7, 6, 7);
        var words = TIsa.Lookup(Vector256.Create(((ulong*)b->High)[half]).AsByte(), fourTimes).AsInt16();
        // The three bits at 3g go to 8-10: up by 8, 5, 2 for the first three groups, down by one for the fourth.
        var up = words * Vector256.Create(0x0000_0004_0020_0100).AsInt16();
        var down = words >>> 1 & Vector256.Create(0xffff_0000_0000_0000).AsInt16();
        return Unpacking.Widen(Vector128.Load(b->Indices + 16 * half)) | ((up | down) & Vector256.Create((short)0x700));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accept<TIsa, TSink>(int chunk, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink =>
        sink.Accept(chunk, Grids.Gather<TIsa>(tables, (ushort*)prepared, chunk));
}
