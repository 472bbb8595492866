using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal static unsafe partial class SubBlockScales
{
    /// <summary>From blocks that begin with two float scales and the twelve bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackQuads<TIsa, TSink>(byte* blocks, nint stride, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IQuadSink
    {
        var header = Quads.Load<TIsa>(blocks, stride);
        sink.Scales(0, Unpacking.Bits(header.Q1, 0, 63));
        sink.Scales(1, Unpacking.Bits(header.Q3, 0, 15) | Unpacking.Bits(header.Q1, 2, 48));
        sink.Mins(0, Unpacking.Bits(header.Q2, 0, 63));
        sink.Mins(1, Unpacking.Bits(header.Q3, 4, 15) | Unpacking.Bits(header.Q2, 2, 48));
    }
}
