using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Simd;

/// <summary>Sixteen sub-block scales, the first eight in both lanes of one vector and the last eight in both of another, so
/// that shuffles within lanes reach them.</summary>
internal readonly struct ScaleLanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScaleLanes(Vector256<short> scales)
    {
        First = Vector256.Create(scales.GetLower(), scales.GetLower());
        Last = Vector256.Create(scales.GetUpper(), scales.GetUpper());
    }

    public Vector256<short> First { get; }

    public Vector256<short> Last { get; }
}
