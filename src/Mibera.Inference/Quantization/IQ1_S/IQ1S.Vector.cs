using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

/// <remarks>
/// The vector form: u = grid + 1 in {0, 1, 2} and a scale of 8 s', so that <c>s' (8 grid +- 1)</c> is
/// <c>8 s' u - s' (8 -+ 1)</c>.
/// </remarks>
internal readonly unsafe partial struct IQ1S : IVectorFormat
{
    public static int Largest => 2;

    public static bool HasOffsets => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var b = (Block*)block;
        var indices = Indices<TIsa>(b, 0).AsUInt64();
        Accept(0, indices.GetElement(0), ref sink);
        Accept(1, indices.GetElement(1), ref sink);
        Accept(2, indices.GetElement(2), ref sink);
        Accept(3, indices.GetElement(3), ref sink);
        indices = Indices<TIsa>(b, 1).AsUInt64();
        Accept(4, indices.GetElement(0), ref sink);
        Accept(5, indices.GetElement(1), ref sink);
        Accept(6, indices.GetElement(2), ref sink);
        Accept(7, indices.GetElement(3), ref sink);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SubBlocks<TIsa>(byte* block, out Vector256<short> scales, out Vector256<short> mins)
        where TIsa : struct, IIsa
    {
        var twice = Vector256.Create(
            (byte)0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7, 6, 7,
            8, 9, 8, 9, 10, 11, 10, 11, 12, 13, 12, 13, 14, 15, 14, 15);
        var high = TIsa.Lookup(Unpacking.Both(Vector128.Load((byte*)((Block*)block)->High)), twice).AsInt16();
        var scale = (high >>> 11 & Vector256.Create((short)14)) | Vector256<short>.One;
        scales = scale << 3;
        // 7 scale, and 9 scale where the top bit is set.
        mins = scales - scale + ((scale + scale) & (high >> 15));
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
    private static void Accept<TSink>(int chunk, ulong indices, ref TSink sink)
        where TSink : struct, IChunkSink =>
        sink.Accept(chunk, Grids.Gather(Grids.Pointer(Grids.Iq1S), indices) + Vector256<byte>.One);
}
