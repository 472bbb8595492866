using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Kernels.Generic;

/// <summary>Inputs as matrix x vector, two to four at once in registers; more of them in steps of a few rows of weights that
/// stay in cache meanwhile.</summary>
internal sealed unsafe class SeveralInputsBatch<TFormat, TIsa> : BatchKernel
    where TFormat : struct, IVectorFormat
    where TIsa : struct, IIsa
{
    public override void Prepare(Activations input, WorkerPool pool) => input.Quantized(IntegerBlock.MaxElements, pool);

    public override void Multiply(in WeightMatrix weights, Activations input, int begin, int end, float* output, long outputStride)
    {
        var x = input.Quantized(IntegerBlock.MaxElements, WorkerPool.Inline);
        // What meets all inputs at once need not stay in cache.
        var step = input.Rows <= RowGroups.Inputs ? end - begin : DecodeKernel.RowsPerStep;
        for (var first = begin; first < end; first += step)
        {
            var last = Math.Min(end, first + step);
            // By fours; five left are three and two, so that none comes alone.
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
        var streams = new RowStreams(begin, end, weights.RowBytes, RowGroup.Rows);
        while (streams.TryTake(out var first, out var rowStride))
        {
            Multiply(weights.Row(first), rowStride * weights.RowBytes, RowGroup.Rows, x, input, inputs, groups, sums);
            for (var t = 0; t < inputs; t++)
                RowStreams.Store(sums[t], output + (input + t) * outputStride + first, rowStride);
        }
        var count = end - streams.Rest;
        if (count == 0)
            return;
        Multiply(weights.Row(streams.Rest), weights.RowBytes, count, x, input, inputs, groups, sums);
        for (var t = 0; t < inputs; t++)
            RowStreams.StoreFirst(sums[t], count, output + (input + t) * outputStride + streams.Rest);
    }

    private static void Multiply(
        byte* rows, long rowBytes, int count, QuantizedRows x, int input, int inputs, RowGroups groups, Vector256<float>* sums)
    {
        switch (inputs)
        {
            case 2:
                SeveralInputsWalk<TFormat, TIsa, Two>.Multiply(rows, rowBytes, count, x, input, groups, sums);
                break;
            case 3:
                SeveralInputsWalk<TFormat, TIsa, Three>.Multiply(rows, rowBytes, count, x, input, groups, sums);
                break;
            case 4:
                SeveralInputsWalk<TFormat, TIsa, Four>.Multiply(rows, rowBytes, count, x, input, groups, sums);
                break;
            default:
                throw new UnreachableException($"{inputs} inputs at once; 2 to {RowGroups.Inputs} were expected.");
        }
    }
}
