using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ4NL : IColumnFormat
{
    public static WeightForm Form => WeightForm.Signed;

    public static int Largest => 127;

    public static bool HasScales => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackColumns<TIsa, TVector, TSink>(byte* block, nint stride, int step, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IColumnSink<TVector> =>
        NibbleColumns.Unpack<TIsa, TVector, TSink>(((Block*)block)->Quants, stride, Codebooks.Iq4NlTable, ref sink);
}
