using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal static unsafe partial class SubBlockScales
{
    /// <summary>From blocks that begin with two float scales and the twelve bytes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void UnpackQuads<TIsa, TVector, TSink>(byte* blocks, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector>
    {
        var header = Quads<TIsa, TVector>.Load(blocks, stride);
        sink.Scales(0, TIsa.Bits(header.Q1, 0, 63));
        sink.Scales(1, TIsa.Or(TIsa.Bits(header.Q3, 0, 15), TIsa.Bits(header.Q1, 2, 48)));
        sink.Mins(0, TIsa.Bits(header.Q2, 0, 63));
        sink.Mins(1, TIsa.Or(TIsa.Bits(header.Q3, 4, 15), TIsa.Bits(header.Q2, 2, 48)));
    }
}
