using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Generic;

/// <summary>
/// Matrix x vector with 256-bit vectors, for every format and instruction set. Rows are taken by eight: each gives a vector
/// of partial sums, the eight vectors reduce to one of row sums, and the float step follows in the lanes of that one.
/// </summary>
internal sealed unsafe class GenericDecode<TFormat, TIsa> : DecodeKernel
    where TFormat : struct, IVectorFormat
    where TIsa : struct, IIsa
{
    [SkipLocalsInit]
    public override void Multiply(
        in WeightMatrix weights, QuantizedRows x, int row, byte* packed, int begin, int end, float* output)
    {
        var memory = stackalloc byte[RowGroup.Bytes + RowGroup.Alignment];
        // Not cleared: whatever the missing rows of a short group give is not stored.
        var group = new RowGroup(memory);
        var vector = new QuantizedVector(x, row);
        for (var first = begin; first < end; first += RowGroup.Rows)
        {
            var count = Math.Min(RowGroup.Rows, end - first);
            var sums = TFormat.UnitElements == IntegerBlock.MaxElements
                ? SuperBlockWalk<TFormat, TIsa>.Multiply(weights.Row(first), weights.RowBytes, count, vector, group)
                : SmallUnitWalk<TFormat, TIsa>.Multiply(weights.Row(first), weights.RowBytes, count, vector, group);
            if (count == RowGroup.Rows)
                sums.Store(output + first);
            else
            {
                for (var i = 0; i < count; i++)
                    output[first + i] = sums.GetElement(i);
            }
        }
    }
}
