using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ3XXS : IVectorFormat
{
    public static WeightForm Form => WeightForm.SignAndMagnitude;

    public static int Largest => 62;

    public static byte* Tables
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => (byte*)Grids.Pointer(Grids.Iq3Xxs);
    }

    public static int CommonFactor => 2;

    public static int ScaleSpan => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prepare<TIsa>(byte* block, byte* prepared)
        where TIsa : struct, IIsa =>
        Grids.EvenSignsOfDwords<TIsa>(Vector256.Load(((Block*)block)->SignsAndScales)).Store(prepared);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var indices = ((Block*)block)->Indices;
        var signs = ByteLanes.Load<TIsa>(prepared);
        Accept<TIsa, TSink>(4 * step, indices, signs, tables, ref sink);
        Accept<TIsa, TSink>(4 * step + 1, indices, signs, tables, ref sink);
        Accept<TIsa, TSink>(4 * step + 2, indices, signs, tables, ref sink);
        Accept<TIsa, TSink>(4 * step + 3, indices, signs, tables, ref sink);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SubBlocks<TIsa>(byte* block, out Vector256<short> scales, out Vector256<short> mins)
        where TIsa : struct, IIsa
    {
        scales = Grids.OddScalesOfDwords(Vector256.Load(((Block*)block)->SignsAndScales));
        mins = Vector256<short>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scales(Vector256<uint> bits) => HalfFloats.Widen(bits) * 0.25f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accept<TIsa, TSink>(int chunk, byte* indices, in ByteLanes signs, byte* tables, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var magnitudes = Grids.GatherBytes((uint*)tables, *(ulong*)(indices + 8 * chunk));
        sink.Accept(chunk, magnitudes, signs.Spread<TIsa>(chunk));
    }
}
