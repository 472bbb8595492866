using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q80 : IColumnFormat
{
    public static WeightForm Form => WeightForm.Signed;

    public static int Largest => 128;

    public static bool HasScales => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackColumns<TIsa, TVector, TSink>(byte* block, nint stride, int step, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IColumnSink<TVector>
    {
        var quants = (byte*)((Block*)block)->Quants;
        TIsa.LoadTransposed(quants, stride, out var c0, out var c1, out var c2, out var c3);
        sink.Accept(0, c0);
        sink.Accept(1, c1);
        sink.Accept(2, c2);
        sink.Accept(3, c3);
        TIsa.LoadTransposed(quants + 16, stride, out c0, out c1, out c2, out c3);
        sink.Accept(4, c0);
        sink.Accept(5, c1);
        sink.Accept(6, c2);
        sink.Accept(7, c3);
    }
}
