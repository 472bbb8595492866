using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ3S : IVectorFormat
{
    public static WeightForm Form => WeightForm.SignAndMagnitude;

    public static int Largest => 15;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var b = (Block*)block;
        var signs = ByteLanes.Create<TIsa>(Vector256.Load(b->Signs));
        Accept<TIsa, TSink>(0, b, signs, ref sink);
        Accept<TIsa, TSink>(2, b, signs, ref sink);
        Accept<TIsa, TSink>(4, b, signs, ref sink);
        Accept<TIsa, TSink>(6, b, signs, ref sink);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SubBlocks<TIsa>(byte* block, out Vector256<short> scales, out Vector256<short> mins)
        where TIsa : struct, IIsa
    {
        scales = Grids.OddScalesOfPairs<TIsa>(*(uint*)((Block*)block)->Scales);
        mins = Vector256<short>.Zero;
    }

    /// <summary>Two chunks: sixteen grid indices.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accept<TIsa, TSink>(int chunk, Block* b, in ByteLanes signs, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        // Word n takes bit n of the two bytes, as bit 8.
        var bit = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, short.MinValue);
        var missing = Vector256.Equals(Vector256.Create(((short*)b->High)[chunk / 2]) & bit, Vector256<short>.Zero);
        var indices = Unpacking.Widen(Vector128.Load(b->Indices + 8 * chunk)) | Vector256.AndNot(Vector256.Create((short)0x100), missing);
        var words = indices.AsUInt64();
        var grid = Grids.Pointer(Grids.Iq3S);
        sink.Accept(chunk, Grids.Gather(grid, words.GetElement(0), words.GetElement(1)), signs.Mask<TIsa>(chunk));
        sink.Accept(chunk + 1, Grids.Gather(grid, words.GetElement(2), words.GetElement(3)), signs.Mask<TIsa>(chunk + 1));
    }
}
