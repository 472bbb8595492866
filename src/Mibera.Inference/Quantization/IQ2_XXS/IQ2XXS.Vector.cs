using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ2XXS : IVectorFormat
{
    public static WeightForm Form => WeightForm.SignAndMagnitude;

    public static int Largest => 43;

    public static byte* Tables
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => (byte*)Grids.Pointer(Grids.Iq2Xxs);
    }

    public static int ScaleSpan => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prepare<TIsa>(byte* block, byte* prepared)
        where TIsa : struct, IIsa =>
        Grids.EvenSignsOfDwords<TIsa>(SignsAndScales(((Block*)block)->Codes)).Store(prepared);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var codes = ((Block*)block)->Codes;
        var signs = ByteLanes.Load<TIsa>(prepared);
        // Prepared in the order 0, 4, 1, 5, 2, 6, 3, 7.
        Accept<TIsa, TSink>(4 * step, step, codes, signs, tables, ref sink);
        Accept<TIsa, TSink>(4 * step + 1, step + 2, codes, signs, tables, ref sink);
        Accept<TIsa, TSink>(4 * step + 2, step + 4, codes, signs, tables, ref sink);
        Accept<TIsa, TSink>(4 * step + 3, step + 6, codes, signs, tables, ref sink);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SubBlocks<TIsa>(byte* block, out Vector256<short> scales, out Vector256<short> mins)
        where TIsa : struct, IIsa
    {
        var mixed = Grids.OddScalesOfDwords(SignsAndScales(((Block*)block)->Codes)).AsInt32();
        scales = Vector256.Shuffle(mixed, Vector256.Create(0, 2, 4, 6, 1, 3, 5, 7)).AsInt16();
        mins = Vector256<short>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scales(Vector256<uint> bits) => HalfFloats.Widen(bits) * 0.125f;

    /// <summary>The second dwords of the eight runs, those of runs 0, 4, 1, 5, 2, 6, 3, 7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> SignsAndScales(byte* codes) =>
        ((Vector256.Load(codes).AsUInt64() >>> 32)
            | (Vector256.Load(codes + 32).AsUInt64() & Vector256.Create(0xffffffff00000000))).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accept<TIsa, TSink>(int chunk, int quad, byte* codes, in ByteLanes signs, byte* tables, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var magnitudes = TIsa.LoadQwords(
            (ulong*)tables, codes[8 * chunk], codes[8 * chunk + 1], codes[8 * chunk + 2], codes[8 * chunk + 3]);
        sink.Accept(chunk, magnitudes, signs.Spread<TIsa>(quad));
    }
}
