using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ2S : IVectorFormat
{
    public static WeightForm Form => WeightForm.SignAndMagnitude;

    public static int Largest => 43;

    public static byte* Tables
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => (byte*)Grids.Pointer(Grids.Iq2S);
    }

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
        var indices = (ushort*)prepared;
        var signs = ByteLanes.Load<TIsa>(((Block*)block)->Signs);
        Accept<TIsa, TSink>(4 * step, indices, signs, tables, ref sink);
        Accept<TIsa, TSink>(4 * step + 1, indices, signs, tables, ref sink);
        Accept<TIsa, TSink>(4 * step + 2, indices, signs, tables, ref sink);
        Accept<TIsa, TSink>(4 * step + 3, indices, signs, tables, ref sink);
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
    private static void Accept<TIsa, TSink>(int chunk, ushort* indices, in ByteLanes signs, byte* tables, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var magnitudes = Grids.Gather<TIsa>(tables, indices, chunk);
        sink.Accept(chunk, magnitudes, signs.Spread<TIsa>(chunk));
    }
}
