using System.Runtime.CompilerServices;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Generic;

/// <summary>Matrix x vector for formats whose unit is a block of 256, on sets with vectors of 256 bits or less.</summary>
internal sealed unsafe class SuperBlockDecode<TFormat, TIsa> : DecodeKernel
    where TFormat : struct, IVectorFormat
    where TIsa : struct, IIsa
{
    [SkipLocalsInit]
    public override void Multiply(
        in WeightMatrix weights, QuantizedRows x, int row, byte* packed, int begin, int end, float* output)
    {
        // Not cleared: whatever the missing rows of a short group give is not stored.
        var memory = stackalloc byte[RowGroup.Bytes + RowGroup.Alignment];
        var group = RowGroup.Aligned(memory);
        var vector = new QuantizedVector(x, row);
        var streams = new RowStreams(begin, end, weights.RowBytes, RowGroup.Rows);
        while (streams.TryTake(out var first, out var rowStride))
        {
            var sums = SuperBlockWalk<TFormat, TIsa>.Multiply(
                weights.Row(first), rowStride * weights.RowBytes, RowGroup.Rows, vector, group);
            RowStreams.Store(sums, output + first, rowStride);
        }
        var count = end - streams.Rest;
        if (count == 0)
            return;
        var rest = SuperBlockWalk<TFormat, TIsa>.Multiply(weights.Row(streams.Rest), weights.RowBytes, count, vector, group);
        RowStreams.StoreFirst(rest, count, output + streams.Rest);
    }
}
