using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q50 : IColumnFormat
{
    public static int Largest => 31;

    public static bool HasScales => false;

    public static bool HasOffsets => true;

    public static int Offset => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackColumns<TIsa, TVector, TSink>(byte* block, nint stride, int step, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IColumnSink<TVector>
    {
        var b = (Block*)block;
        NibbleColumns.Unpack<TIsa, TVector, TSink>(b->Quants, (byte*)&b->High, stride, ref sink);
    }
}
