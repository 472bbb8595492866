using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct MXFP4 : IColumnFormat
{
    public static int Largest => 24;

    public static bool HasScales => false;

    public static bool HasOffsets => true;

    public static int Offset => 12;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackColumns<TIsa, TVector, TSink>(byte* block, nint stride, int step, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IColumnSink<TVector> =>
        NibbleColumns.Unpack<TIsa, TVector, TSink>(((Block*)block)->Quants, stride, Codebooks.Fp4Table, ref sink);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ScaleBits(byte* block, int unit) => ((Block*)block)->Scale;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scales(Vector256<uint> bits) => SmallFloats.HalfOfE8M0(bits);
}
