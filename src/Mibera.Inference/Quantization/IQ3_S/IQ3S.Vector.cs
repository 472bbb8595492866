using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ3S : IVectorFormat
{
    public static WeightForm Form => WeightForm.SignAndMagnitude;

    public static int Largest => 15;

    public static byte* Tables
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => (byte*)Grids.Pointer(Grids.Iq3S);
    }

    public static int ScaleSpan => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prepare<TIsa>(byte* block, byte* prepared)
        where TIsa : struct, IIsa
    {
        for (var quarter = 0; quarter < 4; quarter++)
            Indices((Block*)block, quarter).Store((short*)prepared + 16 * quarter);
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
        scales = Grids.OddScalesOfPairs<TIsa>(*(uint*)((Block*)block)->Scales);
        mins = Vector256<short>.Zero;
    }

    /// <summary>The sixteen grid indices of two chunks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Indices(Block* b, int quarter)
    {
        // Word n takes bit n of the two bytes, as bit 8.
        var bit = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, short.MinValue);
        var missing = Vector256.Equals(Vector256.Create(((short*)b->High)[quarter]) & bit, Vector256<short>.Zero);
        return Unpacking.Widen(Vector128.Load(b->Indices + 16 * quarter)) | Vector256.AndNot(Vector256.Create((short)0x100), missing);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accept<TIsa, TSink>(int chunk, ushort* indices, in ByteLanes signs, byte* tables, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink =>
        sink.Accept(chunk, Grids.Gather((uint*)tables, indices, chunk), signs.Spread<TIsa>(chunk));
}
