using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Generic;

/// <summary>A row's sub-block scales, by chunks of 32 weights.</summary>
internal readonly unsafe struct ChunkScales<TFormat, TIsa>
    where TFormat : struct, IVectorFormat
    where TIsa : struct, IIsa
{
    private readonly int* _pairs;
    private readonly ScaleLanes _lanes;

    /// <param name="scales">Sixteen scales; where they span 32 weights, each twice.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ChunkScales(short* scales)
    {
        // Of the two fields one is used; the other would be cleared in memory, for every row.
        if (TFormat.ScaleSpan == 32)
        {
            _pairs = (int*)scales;
            Unsafe.SkipInit(out _lanes);
        }
        else
        {
            _pairs = null;
            _lanes = ScaleLanes.Load<TIsa>(scales);
        }
    }

    /// <summary>The scales of chunk <paramref name="chunk"/> (a constant), those of 16 weights in each lane. One scale for both needs
    /// no shuffle.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<short> Of(int chunk) =>
        TFormat.ScaleSpan == 32 ? Vector256.Create(_pairs[chunk]).AsInt16() : TIsa.ChunkScales(_lanes, chunk);
}
