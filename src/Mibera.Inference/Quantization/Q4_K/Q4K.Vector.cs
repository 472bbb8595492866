using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q4K : IVectorFormat
{
    public static int Largest => 15;

    public static int ScaleSpan => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var quants = ((Block*)block)->Quants + 64 * step;
        var run = Vector256.Load(quants);
        sink.Accept(4 * step, TIsa.Bits(run, 0, 15));
        sink.Accept(4 * step + 1, TIsa.Bits(run, 4, 15));
        run = Vector256.Load(quants + 32);
        sink.Accept(4 * step + 2, TIsa.Bits(run, 0, 15));
        sink.Accept(4 * step + 3, TIsa.Bits(run, 4, 15));
    }

    public static bool UnpacksRowPairs => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SubBlocksOfRowPair<TIsa>(
        byte* block0, byte* block1, out Vector256<short> first, out Vector256<short> last, out Vector256<short> mins)
        where TIsa : struct, IIsa =>
        SubBlockScales.UnpackRowPair<TIsa>(((Block*)block0)->Scales, ((Block*)block1)->Scales, out first, out last, out mins);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ScaleBits(byte* block, int unit) => *(uint*)block;
}
