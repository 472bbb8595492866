using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q4K
{
    public static bool UnpacksQuads => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackQuads<TIsa, TVector, TSink>(byte* blocks, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector>
    {
        SubBlockScales.UnpackQuads<TIsa, TVector, TSink>(blocks, stride, ref sink);
        var quants = ((Block*)blocks)->Quants;
        for (var sixteen = 0; sixteen < 16; sixteen += 4, quants += 32)
        {
            Weights<TIsa, TVector, TSink>(sixteen, quants, stride, ref sink);
            Weights<TIsa, TVector, TSink>(sixteen + 1, quants + 16, stride, ref sink);
        }
    }

    /// <summary>Sixteen weights of each of two chunks.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Weights<TIsa, TVector, TSink>(int sixteen, byte* quants, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector>
    {
        var run = Quads<TIsa, TVector>.Load(quants, stride);
        sink.Weights(sixteen, run.Bits(0, 15));
        sink.Weights(sixteen + 2, run.Bits(4, 15));
    }
}
