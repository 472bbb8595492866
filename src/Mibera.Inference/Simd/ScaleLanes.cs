using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Simd;

/// <summary>Sixteen sub-block scales, the first eight in both lanes of one vector and the last eight in both of another, so
/// that shuffles within lanes reach them.</summary>
internal unsafe struct ScaleLanes
{
    public Vector256<short> First;
    public Vector256<short> Last;

    /// <summary>Sixteen scales in memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScaleLanes Load<TIsa>(short* scales)
        where TIsa : struct, IIsa => new()
        {
            First = TIsa.LoadTwice((byte*)scales).AsInt16(),
            Last = TIsa.LoadTwice((byte*)(scales + 8)).AsInt16(),
        };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScaleLanes Create<TIsa>(Vector256<short> scales)
        where TIsa : struct, IIsa => new()
        {
            First = TIsa.LowerTwice(scales.AsByte()).AsInt16(),
            Last = TIsa.UpperTwice(scales.AsByte()).AsInt16(),
        };
}
