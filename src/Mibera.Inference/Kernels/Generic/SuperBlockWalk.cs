using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Generic;

/// <summary>Rows of formats whose unit is a block of 256.</summary>
internal static unsafe class SuperBlockWalk<TFormat, TIsa>
    where TFormat : struct, IVectorFormat
    where TIsa : struct, IIsa
{
    private const int Block = IntegerBlock.MaxElements;

    private const int SubBlocks = Block / IntegerBlock.SubBlock;

    /// <summary>
    /// The products of <paramref name="count"/> rows, eight at most, <paramref name="stride"/> apart; other lanes are
    /// undefined.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector256<float> Multiply(byte* rows, long stride, int count, QuantizedVector x, RowGroup group)
    {
        var tables = TFormat.Tables;
        var quants = x.Quants;
        var sums = x.Sums;
        var accumulator = Vector256<float>.Zero;
        for (var b = 0; b < x.Width / Block; b++)
        {
            var block = rows + (long)b * TFormat.BlockBytes;
            if (Vector256.IsHardwareAccelerated)
            {
                Prepare(block, stride, count, quants, sums, group);
                for (nint i = 0; i < count; i++, block += stride)
                {
                    RowStreams.FetchAhead<TIsa>(block, TFormat.BlockBytes);
                    MultiplyRow(block, quants, tables, i, group);
                }
                accumulator = Accumulate(accumulator, sums, x.Scales[b], group.ScaleBits, group);
            }
            else
            {
                PrepareApart(block, stride, count, quants, sums, group);
                MultiplyFirstHalves(block, stride, count, quants, tables, group);
                MultiplySecondHalves(block, stride, count, quants, tables, group);
                accumulator = AccumulateApart(accumulator, sums, x.Scales[b], group);
            }
            quants += Block;
            sums += SubBlocks;
        }
        return accumulator;
    }

    // Vectors of 256 bits that are pairs of registers are structs to the compiler, and it stops inlining when a method has too
    // many of them: then each operation on a vector becomes a call. So every stage is a method of its own there.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PrepareApart(byte* block, long stride, int count, sbyte* quants, short* sums, RowGroup group) =>
        Prepare(block, stride, count, quants, sums, group);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MultiplyFirstHalves(byte* block, long stride, int count, sbyte* quants, byte* tables, RowGroup group)
    {
        for (nint i = 0; i < count; i++)
        {
            var sink = Begin(quants, i, group);
            TFormat.UnpackWeights<TIsa, DotSink>(block + i * stride, 0, tables, group.PreparedOf(i), ref sink);
            group.Products[i] = sink.Sum;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MultiplySecondHalves(byte* block, long stride, int count, sbyte* quants, byte* tables, RowGroup group)
    {
        for (nint i = 0; i < count; i++)
        {
            var sink = Begin(quants, i, group);
            sink.Sum = group.Products[i];
            TFormat.UnpackWeights<TIsa, DotSink>(block + i * stride, 1, tables, group.PreparedOf(i), ref sink);
            group.Products[i] = sink.Sum;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector256<float> AccumulateApart(Vector256<float> accumulator, short* sums, float activationScale, RowGroup group) =>
        Accumulate(accumulator, sums, activationScale, group.ScaleBits, group);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prepare(byte* block, long stride, int count, sbyte* quants, short* sums, RowGroup group)
    {
        if (TFormat.Form == WeightForm.Signed)
            StoreMagnitudes(quants, group.Magnitudes);
        if (TFormat.UnpacksRowPairs)
            PreparePairs(block, stride, count, sums, group);
        for (nint i = 0; i < count; i++, block += stride)
            PrepareRow(block, sums, i, group);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrepareRow(byte* block, short* sums, nint row, RowGroup group)
    {
        group.ScaleBits[row] = TFormat.ScaleBits(block, 0);
        TFormat.Prepare<TIsa>(block, group.PreparedOf(row));
        if (!TFormat.HasScales || TFormat.UnpacksRowPairs)
            return;
        TFormat.SubBlocks<TIsa>(block, out var scales, out var mins);
        group.Scales[row] = scales;
        if (TFormat.HasMins || TFormat.HasOffsets)
            group.Minimums[row] = TIsa.MultiplyAddPairs(Vector256<int>.Zero, mins, Vector256.Load(sums));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PreparePairs(byte* block, long stride, int count, short* sums, RowGroup group)
    {
        var sumsOf32 = RowPairs<TFormat, TIsa>.SumsOf32(sums);
        for (nint pair = 0; 2 * pair < count; pair++, block += 2 * stride)
        {
            var mins = RowPairs<TFormat, TIsa>.Prepare(block, stride, pair, count, group);
            RowPairs<TFormat, TIsa>.StoreMinimums(mins, sumsOf32, pair, group);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyRow(byte* block, sbyte* quants, byte* tables, nint row, RowGroup group)
    {
        var sink = Begin(quants, row, group);
        TFormat.UnpackWeights<TIsa, DotSink>(block, 0, tables, group.PreparedOf(row), ref sink);
        TFormat.UnpackWeights<TIsa, DotSink>(block, 1, tables, group.PreparedOf(row), ref sink);
        group.Products[row] = sink.Sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DotSink Begin(sbyte* quants, nint row, RowGroup group) => new(
        quants,
        group.Magnitudes,
        TFormat.HasScales ? new ChunkScales<TFormat, TIsa>(row, group) : default,
        TFormat.HasScales && TFormat.HasOffsets ? -group.Minimums[row] : default);

    /// <summary>The float step of eight rows and a block: <paramref name="scaleBits"/> are of the rows, the rest is of an
    /// input.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Accumulate(
        Vector256<float> accumulator, short* sums, float activationScale, uint* scaleBits, RowGroup group)
    {
        var products = TIsa.SumRows(group.Products);
        if (!TFormat.HasScales && TFormat.HasOffsets)
        {
            var activations = TIsa.MultiplyAddPairs(Vector256<int>.Zero, Vector256<short>.One, Vector256.Load(sums));
            products -= Vector256.Create(TFormat.Offset * Vector128.Sum(activations.GetLower() + activations.GetUpper()));
        }
        var bits = Vector256.Load(scaleBits);
        var scale = Vector256.Create(activationScale);
        accumulator = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(products), TFormat.Scales(bits) * scale, accumulator);
        if (!TFormat.HasMins)
            return accumulator;
        var minimums = Vector256.ConvertToSingle(-(TFormat.UnpacksRowPairs ? TIsa.SumLanes(group.Minimums) : TIsa.SumRows(group.Minimums)));
        return Vector256.FusedMultiplyAdd(minimums, TFormat.MinScales(bits) * scale, accumulator);
    }

    public static void StoreMagnitudes(sbyte* quants, byte* magnitudes)
    {
        for (var i = 0; i < Block; i += Vector256<sbyte>.Count)
            Vector256.Abs(Vector256.Load(quants + i)).AsByte().Store(magnitudes + i);
    }

    // Constructed whole: what an initializer does not name, the compiler would clear in memory, for every row.
    private struct DotSink(sbyte* quants, byte* magnitudes, ChunkScales<TFormat, TIsa> scales, Vector256<int> sum) : IChunkSink
    {
        public readonly sbyte* Quants = quants;
        public readonly byte* Magnitudes = magnitudes;
        public readonly ChunkScales<TFormat, TIsa> Scales = scales;
        public Vector256<int> Sum = sum;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Accept(int chunk, Vector256<byte> weights)
        {
            if (!TFormat.HasScales)
                Sum = TIsa.MultiplyAdd(Sum, weights, Quants, chunk);
            else if (TFormat.Form == WeightForm.Signed)
                Sum = TIsa.MultiplyAddSigned(Sum, weights.AsSByte(), Quants, Magnitudes, chunk, Scales.Of(chunk));
            else
                Sum = TIsa.MultiplyAdd(Sum, weights, Quants, chunk, Scales.Of(chunk));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Accept(int chunk, Vector256<byte> magnitudes, Vector256<byte> signs) =>
            Sum = TIsa.MultiplyAddSigned(Sum, magnitudes, signs, Quants, chunk, Scales.Of(chunk));
    }
}
