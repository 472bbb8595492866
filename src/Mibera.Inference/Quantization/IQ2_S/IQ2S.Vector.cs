using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ2S : IVectorFormat
{
    public static bool SignedWeights => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    [SkipLocalsInit]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var b = (Block*)block;
        var signs = new ByteLanes(Vector256.Load(b->Signs));
        var first = Indices<TIsa>(b, 0);
        var i = (ushort*)&first;
        Accept<TIsa, TSink>(0, i, signs, ref sink);
        Accept<TIsa, TSink>(1, i + 4, signs, ref sink);
        Accept<TIsa, TSink>(2, i + 8, signs, ref sink);
        Accept<TIsa, TSink>(3, i + 12, signs, ref sink);
        var last = Indices<TIsa>(b, 1);
        i = (ushort*)&last;
        Accept<TIsa, TSink>(4, i, signs, ref sink);
        Accept<TIsa, TSink>(5, i + 4, signs, ref sink);
        Accept<TIsa, TSink>(6, i + 8, signs, ref sink);
        Accept<TIsa, TSink>(7, i + 12, signs, ref sink);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SubBlocks<TIsa>(byte* block, out Vector256<short> scales, out Vector256<short> mins)
        where TIsa : struct, IIsa
    {
        scales = Grids.OddScales<TIsa>(*(ulong*)((Block*)block)->Scales);
        mins = Vector256<short>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scales(Vector256<uint> bits) => HalfFloats.Widen(bits) * 0.125f;

    /// <summary>Sixteen grid indices.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Indices<TIsa>(Block* b, int half)
        where TIsa : struct, IIsa
    {
        var fourTimes = Vector256.Create(
            (byte)0, 0x80, 0, 0x80, 0, 0x80, 0, 0x80, 1, 0x80, 1, 0x80, 1, 0x80, 1, 0x80,
            2, 0x80, 2, 0x80, 2, 0x80, 2, 0x80, 3, 0x80, 3, 0x80, 3, 0x80, 3, 0x80);
        // The two bits at 2g move up to 8-9.
        var high = TIsa.Lookup(Vector256.Create(((uint*)b->High)[half]).AsByte(), fourTimes).AsInt16()
            * Vector256.Create(0x0004_0010_0040_0100).AsInt16();
        return Unpacking.Widen(Vector128.Load(b->Indices + 16 * half)) | (high & Vector256.Create((short)0x300));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accept<TIsa, TSink>(int chunk, ushort* i, in ByteLanes signs, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var magnitudes = Grids.Gather(Grids.Pointer(Grids.Iq2S), i[0], i[1], i[2], i[3]);
        sink.Accept(chunk, signs.Negate<TIsa>(chunk, magnitudes));
    }
}
