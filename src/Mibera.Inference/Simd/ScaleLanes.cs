using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Simd;

/// <summary>Sixteen sub-block scales, the first eight in both lanes of one vector and the last eight in both of another, so
/// that shuffles within lanes reach them.</summary>
internal struct ScaleLanes
{
    public Vector256<short> First;
    public Vector256<short> Last;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScaleLanes Create<TIsa>(Vector256<short> scales)
        where TIsa : struct, IIsa => new()
        {
            First = TIsa.LowerTwice(scales.AsByte()).AsInt16(),
            Last = TIsa.UpperTwice(scales.AsByte()).AsInt16(),
        };
}
