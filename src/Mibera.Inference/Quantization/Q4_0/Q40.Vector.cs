using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q40 : IColumnFormat
{
    public static int Largest => 15;

    public static bool HasScales => false;

    public static bool HasOffsets => true;

    public static int Offset => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackColumns<TIsa, TVector, TSink>(byte* block, nint stride, int step, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IColumnSink<TVector> =>
        NibbleColumns.Unpack<TIsa, TVector, TSink>(((Block*)block)->Quants, stride, ref sink);
}
