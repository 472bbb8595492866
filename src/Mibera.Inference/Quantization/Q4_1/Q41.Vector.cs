using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q41 : IColumnFormat
{
    public static int Largest => 15;

    public static bool HasScales => false;

    /// <summary>The offset that files carry is added: the min is 1 and its scale the offset's negation.</summary>
    public static int Offset => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackColumns<TIsa, TVector, TSink>(byte* block, nint stride, int step, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IColumnSink<TVector> =>
        NibbleColumns.Unpack<TIsa, TVector, TSink>(((Block*)block)->Quants, stride, ref sink);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ScaleBits(byte* block, int unit) => *(uint*)block;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MinScales(Vector256<uint> bits) => -HalfFloats.Widen(bits >>> 16);
}
