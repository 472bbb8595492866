using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ2S : IVectorFormat
{
    public static WeightForm Form => WeightForm.SignAndMagnitude;

    public static int Largest => 43;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var b = (Block*)block;
        var signs = ByteLanes.Create<TIsa>(Vector256.Load(b->Signs));
        var indices = Indices<TIsa>(b, 0).AsUInt64();
        Accept<TIsa, TSink>(0, indices.GetElement(0), signs, ref sink);
        Accept<TIsa, TSink>(1, indices.GetElement(1), signs, ref sink);
        Accept<TIsa, TSink>(2, indices.GetElement(2), signs, ref sink);
        Accept<TIsa, TSink>(3, indices.GetElement(3), signs, ref sink);
        indices = Indices<TIsa>(b, 1).AsUInt64();
        Accept<TIsa, TSink>(4, indices.GetElement(0), signs, ref sink);
        Accept<TIsa, TSink>(5, indices.GetElement(1), signs, ref sink);
        Accept<TIsa, TSink>(6, indices.GetElement(2), signs, ref sink);
        Accept<TIsa, TSink>(7, indices.GetElement(3), signs, ref sink);
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
    private static void Accept<TIsa, TSink>(int chunk, ulong indices, in ByteLanes signs, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var magnitudes = Grids.Gather(Grids.Pointer(Grids.Iq2S), indices);
        sink.Accept(chunk, magnitudes, signs.Mask<TIsa>(chunk));
    }
}
