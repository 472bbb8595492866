using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ2XS : IVectorFormat
{
    public static WeightForm Form => WeightForm.SignAndMagnitude;

    public static int Largest => 43;

    public static byte* Tables
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => (byte*)Grids.Pointer(Grids.Iq2Xs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prepare<TIsa>(byte* block, byte* prepared)
        where TIsa : struct, IIsa
    {
        var codes = ((Block*)block)->Codes;
        var sevenBits = Vector256.Narrow(Vector256.Load(codes) >>> 9, Vector256.Load(codes + 16) >>> 9);
        Grids.EvenSigns<TIsa>(sevenBits).Store(prepared);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var codes = ((Block*)block)->Codes;
        var signs = ByteLanes.Load<TIsa>(prepared);
        Accept<TIsa, TSink>(4 * step, codes, signs, tables, ref sink);
        Accept<TIsa, TSink>(4 * step + 1, codes, signs, tables, ref sink);
        Accept<TIsa, TSink>(4 * step + 2, codes, signs, tables, ref sink);
        Accept<TIsa, TSink>(4 * step + 3, codes, signs, tables, ref sink);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accept<TIsa, TSink>(int chunk, ushort* codes, in ByteLanes signs, byte* tables, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var four = *(ulong*)(codes + 4 * chunk);
        var magnitudes = TIsa.LoadQwords(
            (ulong*)tables,
            (nint)(four & 511), (nint)(Grids.From(four, 16) & 511), (nint)(Grids.From(four, 32) & 511), (nint)(four >> 48 & 511));
        sink.Accept(chunk, magnitudes, signs.Spread<TIsa>(chunk));
    }
}
