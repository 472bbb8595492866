using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Generic;

/// <summary>Matrix x vector for formats with units of 32 or 16, on sets with vectors of 256 bits or less.</summary>
internal sealed unsafe class SmallUnitDecode<TFormat, TIsa> : DecodeKernel
    where TFormat : struct, IColumnFormat
    where TIsa : struct, IIsa
{
    private const int Group = 8;

    public override void Multiply(
        in WeightMatrix weights, QuantizedRows x, int row, byte* packed, int begin, int end, float* output)
    {
        var vector = new QuantizedVector(x, row);
        var streams = new RowStreams(begin, end, weights.RowBytes, Group);
        while (streams.TryTake(out var row0, out var rowStride))
        {
            var sums = SmallUnitWalk<TFormat, TIsa>.Multiply(weights.Row(row0), rowStride * weights.RowBytes, vector);
            RowStreams.Store(sums, output + row0, rowStride);
        }
        var first = streams.Rest;
        if (first == end)
            return;
        if (end - begin >= Group)
        {
            // Some rows once more, with the same results.
            first = end - Group;
            SmallUnitWalk<TFormat, TIsa>.Multiply(weights.Row(first), weights.RowBytes, vector).Store(output + first);
            return;
        }
        for (; first < end; first++)
            output[first] = SmallUnitWalk<TFormat, TIsa>.Multiply(weights.Row(first), 0, vector).ToScalar();
    }
}
