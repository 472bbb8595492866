using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ3S : IVectorFormat
{
    public static bool SignedWeights => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var b = (Block*)block;
        var signs = new ByteLanes(Vector256.Load(b->Signs));
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
    [SkipLocalsInit]
    private static void Accept<TIsa, TSink>(int chunk, Block* b, in ByteLanes signs, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        // Word n takes bit n of the two bytes, as bit 8.
        var bit = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, short.MinValue);
        var missing = Vector256.Equals(Vector256.Create(((short*)b->High)[chunk / 2]) & bit, Vector256<short>.Zero);
        var indices = Unpacking.Widen(Vector128.Load(b->Indices + 8 * chunk)) | Vector256.AndNot(Vector256.Create((short)0x100), missing);
        var i = (ushort*)&indices;
        var grid = Grids.Pointer(Grids.Iq3S);
        sink.Accept(chunk, signs.Negate<TIsa>(chunk, Grids.Gather(grid, i[0], i[1], i[2], i[3], i[4], i[5], i[6], i[7])));
        sink.Accept(chunk + 1, signs.Negate<TIsa>(chunk + 1, Grids.Gather(grid, i[8], i[9], i[10], i[11], i[12], i[13], i[14], i[15])));
    }
}
