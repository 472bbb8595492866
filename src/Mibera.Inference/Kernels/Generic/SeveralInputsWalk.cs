using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Generic;

/// <summary>As <see cref="SuperBlockWalk{TFormat, TIsa}"/> with two to four inputs: weights are unpacked once, into registers, where they
/// meet each of them.</summary>
internal static unsafe class SeveralInputsWalk<TFormat, TIsa, TCount>
    where TFormat : struct, IVectorFormat
    where TIsa : struct, IIsa
    where TCount : struct, ICount
{
    private const int Block = IntegerBlock.MaxElements;

    private const int SubBlocks = Block / IntegerBlock.SubBlock;

    /// <summary>
    /// The products of <paramref name="count"/> rows, eight at most, with the inputs from <paramref name="input"/> on.
    /// <paramref name="groups"/> is working memory for each input; what the rows have alone is in the first one's.
    /// <paramref name="sums"/> receives eight for each input; those of missing rows are undefined.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(
        byte* rows, long stride, int count, QuantizedRows x, int input, RowGroups groups, Vector256<float>* sums)
    {
        var tables = TFormat.Tables;
        var quants = x.Quants(input);
        var quantSums = x.Sums(input);
        var scales = x.Scales(input);
        for (var t = 0; t < TCount.Value; t++)
            sums[t] = Vector256<float>.Zero;
        for (var b = 0; b < x.Width / Block; b++)
        {
            var block = rows + (long)b * TFormat.BlockBytes;
            Prepare(block, stride, count, quants, quantSums, x.Width, groups);
            for (nint i = 0; i < count; i++)
            {
                RowStreams.FetchAhead<TIsa>(block + i * stride, TFormat.BlockBytes);
                MultiplyRow(block + i * stride, quants, x.Width, tables, i, groups);
            }
            for (var t = 0; t < TCount.Value; t++)
            {
                var inputSums = quantSums + t * (x.Width / IntegerBlock.SubBlock);
                var scale = scales[t * (x.Width / Block)];
                sums[t] = SuperBlockWalk<TFormat, TIsa>.Accumulate(sums[t], inputSums, scale, groups[0].ScaleBits, groups[t]);
            }
            quants += Block;
            quantSums += SubBlocks;
            scales++;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prepare(
        byte* block, long stride, int count, sbyte* quants, short* sums, int width, RowGroups groups)
    {
        if (TFormat.Form == WeightForm.Signed)
        {
            for (var t = 0; t < TCount.Value; t++)
                SuperBlockWalk<TFormat, TIsa>.StoreMagnitudes(quants + t * width, groups[t].Magnitudes);
        }
        if (TFormat.UnpacksRowPairs)
            PreparePairs(block, stride, count, sums, width / IntegerBlock.SubBlock, groups);
        for (nint i = 0; i < count; i++, block += stride)
            PrepareRow(block, sums, width / IntegerBlock.SubBlock, i, groups);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrepareRow(byte* block, short* sums, int sumsStride, nint row, RowGroups groups)
    {
        var own = groups[0];
        own.ScaleBits[row] = TFormat.ScaleBits(block, 0);
        TFormat.Prepare<TIsa>(block, own.PreparedOf(row));
        if (!TFormat.HasScales || TFormat.UnpacksRowPairs)
            return;
        TFormat.SubBlocks<TIsa>(block, out var scales, out var mins);
        own.Scales[row] = scales;
        if (!TFormat.HasMins && !TFormat.HasOffsets)
            return;
        for (var t = 0; t < TCount.Value; t++)
            groups[t].Minimums[row] = TIsa.MultiplyAddPairs(Vector256<int>.Zero, mins, Vector256.Load(sums + t * sumsStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PreparePairs(byte* block, long stride, int count, short* sums, int sumsStride, RowGroups groups)
    {
        // Pairs have half as many minimums as there is room for.
        var mins = (Vector256<short>*)(groups[0].Minimums + RowGroup.Rows / 2);
        for (nint pair = 0; 2 * pair < count; pair++, block += 2 * stride)
            mins[pair] = RowPairs<TFormat, TIsa>.Prepare(block, stride, pair, count, groups[0]);
        for (var t = 0; t < TCount.Value; t++)
        {
            var sumsOf32 = RowPairs<TFormat, TIsa>.SumsOf32(sums + t * sumsStride);
            for (nint pair = 0; 2 * pair < count; pair++)
                RowPairs<TFormat, TIsa>.StoreMinimums(mins[pair], sumsOf32, pair, groups[t]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyRow(byte* block, sbyte* quants, int width, byte* tables, nint row, RowGroups groups)
    {
        var own = groups[0];
        var sink = new DotSink { Quants = quants, Width = width, Magnitudes = own.Magnitudes };
        if (TFormat.HasScales)
            sink.Scales = new ChunkScales<TFormat, TIsa>(row, own);
        if (TFormat.HasScales && TFormat.HasOffsets)
        {
            sink.Sum0 = -groups[0].Minimums[row];
            if (TCount.Value > 1)
                sink.Sum1 = -groups[1].Minimums[row];
            if (TCount.Value > 2)
                sink.Sum2 = -groups[2].Minimums[row];
            if (TCount.Value > 3)
                sink.Sum3 = -groups[3].Minimums[row];
        }
        TFormat.UnpackWeights<TIsa, DotSink>(block, 0, tables, own.PreparedOf(row), ref sink);
        TFormat.UnpackWeights<TIsa, DotSink>(block, 1, tables, own.PreparedOf(row), ref sink);
        groups[0].Products[row] = sink.Sum0;
        if (TCount.Value > 1)
            groups[1].Products[row] = sink.Sum1;
        if (TCount.Value > 2)
            groups[2].Products[row] = sink.Sum2;
        if (TCount.Value > 3)
            groups[3].Products[row] = sink.Sum3;
    }

    private struct DotSink : IChunkSink
    {
        public sbyte* Quants;
        public nint Width;
        public byte* Magnitudes;
        public ChunkScales<TFormat, TIsa> Scales;
        public Vector256<int> Sum0;
        public Vector256<int> Sum1;
        public Vector256<int> Sum2;
        public Vector256<int> Sum3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Accept(int chunk, Vector256<byte> weights)
        {
            var scales = TFormat.HasScales ? Scales.Of(chunk) : default;
            Sum0 = Add(Sum0, weights, 0, chunk, scales);
            if (TCount.Value > 1)
                Sum1 = Add(Sum1, weights, 1, chunk, scales);
            if (TCount.Value > 2)
                Sum2 = Add(Sum2, weights, 2, chunk, scales);
            if (TCount.Value > 3)
                Sum3 = Add(Sum3, weights, 3, chunk, scales);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Accept(int chunk, Vector256<byte> magnitudes, Vector256<byte> signs)
        {
            var scales = Scales.Of(chunk);
            Sum0 = TIsa.MultiplyAddSigned(Sum0, magnitudes, signs, Quants, chunk, scales);
            if (TCount.Value > 1)
                Sum1 = TIsa.MultiplyAddSigned(Sum1, magnitudes, signs, Quants + Width, chunk, scales);
            if (TCount.Value > 2)
                Sum2 = TIsa.MultiplyAddSigned(Sum2, magnitudes, signs, Quants + 2 * Width, chunk, scales);
            if (TCount.Value > 3)
                Sum3 = TIsa.MultiplyAddSigned(Sum3, magnitudes, signs, Quants + 3 * Width, chunk, scales);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly Vector256<int> Add(Vector256<int> sum, Vector256<byte> weights, int input, int chunk, Vector256<short> scales)
        {
            var x = Quants + input * Width;
            if (!TFormat.HasScales)
                return TIsa.MultiplyAdd(sum, weights, x, chunk);
            return TFormat.Form == WeightForm.Signed
                ? TIsa.MultiplyAddSigned(sum, weights.AsSByte(), x, Magnitudes + input * RowGroups.Stride, chunk, scales)
                : TIsa.MultiplyAdd(sum, weights, x, chunk, scales);
        }
    }
}
