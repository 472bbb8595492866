using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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
        for (var first = begin; first < end; first += RowGroup.Rows)
        {
            var count = Math.Min(RowGroup.Rows, end - first);
            var sums = SuperBlockWalk<TFormat, TIsa>.Multiply(weights.Row(first), weights.RowBytes, count, vector, group);
            if (count == RowGroup.Rows)
                sums.Store(output + first);
            else
                Store(sums, output + first, count);
        }
    }

    private static void Store(Vector256<float> sums, float* output, int count)
    {
        for (var i = 0; i < count; i++)
            output[i] = sums.GetElement(i);
    }
}
