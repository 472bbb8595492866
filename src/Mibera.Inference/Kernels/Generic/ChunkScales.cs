using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Generic;

/// <summary>The sub-block scales of a row of a group, by chunks of 32 weights.</summary>
internal readonly unsafe struct ChunkScales<TFormat, TIsa>
    where TFormat : struct, IVectorFormat
    where TIsa : struct, IIsa
{
    private readonly int* _pairs;
    private readonly ScaleLanes _lanes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ChunkScales(nint row, RowGroup group)
    {
        // Of the two fields one is used; the other would be cleared in memory, for every row.
        if (TFormat.ScaleSpan == 32)
        {
            _pairs = TFormat.UnpacksRowPairs ? RowPairs<TFormat, TIsa>.ScalesOf(row, group) : (int*)(group.Scales + row);
            Unsafe.SkipInit(out _lanes);
        }
        else
        {
            _pairs = null;
            _lanes = ScaleLanes.Load<TIsa>((short*)(group.Scales + row));
        }
    }

    /// <summary>The scales of chunk <paramref name="chunk"/> (a constant), those of 16 weights in each lane. One scale for both needs
    /// no shuffle.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<short> Of(int chunk)
    {
        if (TFormat.ScaleSpan != 32)
            return TIsa.ChunkScales(_lanes, chunk);
        var offset = TFormat.UnpacksRowPairs && chunk >= 4 ? RowPairs<TFormat, TIsa>.LastScales - 4 : 0;
        return Vector256.Create(_pairs[chunk + offset]).AsInt16();
    }
}
