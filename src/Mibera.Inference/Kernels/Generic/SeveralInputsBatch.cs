using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Kernels.Generic;

/// <summary>
/// A few inputs as matrix x vector with several at once, more of them as matrix x matrix: filling a panel costs as much as
/// two or three inputs.
/// </summary>
/// <param name="few">The most inputs that are taken without a panel.</param>
/// <param name="many">Matrix x matrix.</param>
internal sealed unsafe class SeveralInputsBatch<TFormat, TIsa>(int few, BatchKernel many) : BatchKernel
    where TFormat : struct, IVectorFormat
    where TIsa : struct, IIsa
{
    // Rows that stay in cache while inputs come by fours.
    private const int RowsPerStep = 64;

    public override void Prepare(Activations input, WorkerPool pool)
    {
        if (input.Rows > few)
            many.Prepare(input, pool);
        else
            input.Quantized(IntegerBlock.MaxElements, pool);
    }

    public override void Multiply(in WeightMatrix weights, Activations input, int begin, int end, float* output, long outputStride)
    {
        if (input.Rows > few)
        {
            many.Multiply(weights, input, begin, end, output, outputStride);
            return;
        }
        var x = input.Quantized(IntegerBlock.MaxElements, WorkerPool.Inline);
        for (var first = begin; first < end; first += RowsPerStep)
        {
            var last = Math.Min(end, first + RowsPerStep);
            // By fours, and the last ones in two parts rather than one alone.
            for (var t = 0; t < input.Rows;)
            {
                var left = input.Rows - t;
                var count = left == RowGroups.Inputs + 1 ? RowGroups.Inputs - 1 : Math.Min(left, RowGroups.Inputs);
                MultiplyStep(weights, x, t, count, first, last, output, outputStride);
                t += count;
            }
        }
    }

    [SkipLocalsInit]
    private static void MultiplyStep(
        in WeightMatrix weights, QuantizedRows x, int input, int inputs, int begin, int end, float* output, long outputStride)
    {
        // Not cleared: whatever the missing rows of a short group give is not stored.
        var memory = stackalloc byte[RowGroups.Bytes];
        var groups = new RowGroups(memory);
        var sums = stackalloc Vector256<float>[RowGroups.Inputs];
        for (var first = begin; first < end; first += RowGroup.Rows)
        {
            var count = Math.Min(RowGroup.Rows, end - first);
            var rows = weights.Row(first);
            switch (inputs)
            {
                case 2:
                    SeveralInputsWalk<TFormat, TIsa, Two>.Multiply(rows, weights.RowBytes, count, x, input, groups, sums);
                    break;
                case 3:
                    SeveralInputsWalk<TFormat, TIsa, Three>.Multiply(rows, weights.RowBytes, count, x, input, groups, sums);
                    break;
                default:
                    SeveralInputsWalk<TFormat, TIsa, Four>.Multiply(rows, weights.RowBytes, count, x, input, groups, sums);
                    break;
            }
            for (var t = 0; t < inputs; t++)
                new ReadOnlySpan<float>(sums + t, count).CopyTo(new Span<float>(output + (input + t) * outputStride + first, count));
        }
    }
}
