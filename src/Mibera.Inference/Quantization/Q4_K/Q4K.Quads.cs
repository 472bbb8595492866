using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q4K
{
    public static bool UnpacksQuads => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackQuads<TIsa, TSink>(byte* blocks, nint stride, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IQuadSink
    {
        SubBlockScales.UnpackQuads<TIsa, TSink>(blocks, stride, ref sink);
        var quants = ((Block*)blocks)->Quants;
        for (var sixteen = 0; sixteen < 16; sixteen += 4, quants += 32)
        {
            Weights<TIsa, TSink>(sixteen, quants, stride, ref sink);
            Weights<TIsa, TSink>(sixteen + 1, quants + 16, stride, ref sink);
        }
    }

    /// <summary>Sixteen weights of each of two chunks.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Weights<TIsa, TSink>(int sixteen, byte* quants, nint stride, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IQuadSink
    {
        var run = Quads.Load<TIsa>(quants, stride);
        sink.Weights(sixteen, run.Bits(0, 15));
        sink.Weights(sixteen + 2, run.Bits(4, 15));
    }
}
