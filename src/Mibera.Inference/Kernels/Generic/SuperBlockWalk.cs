using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels.Avx512;
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

    /// <summary>The products of <paramref name="count"/> rows, eight at most; other lanes are undefined.</summary>
    public static Vector256<float> Multiply(byte* rows, long rowBytes, int count, QuantizedVector x, RowGroup group)
    {
        var tables = TFormat.Tables;
        var quants = x.Quants;
        var sums = x.Sums;
        var accumulator = Vector256<float>.Zero;
        // The next group's bytes, in order and skipping no line: as many in each step as the step consumes.
        var ahead = rows + RowGroup.Rows * rowBytes;
        for (var b = 0; b < x.Width / Block; b++)
        {
            if (TFormat.Form == WeightForm.Signed)
                StoreMagnitudes(quants, group.Magnitudes);
            var block = rows + (long)b * TFormat.BlockBytes;
            for (var i = 0; i < count; i++, block += rowBytes)
            {
                for (var line = 0; line < TFormat.BlockBytes; line += 64)
                    TIsa.Prefetch(ahead + line, Prefetch.IntoFirstLevel);
                ahead += TFormat.BlockBytes;
                PrepareRow(block, sums, i, group);
            }
            block = rows + (long)b * TFormat.BlockBytes;
            for (var i = 0; i < count; i++, block += rowBytes)
                MultiplyRow(block, quants, tables, i, group);
            accumulator = Accumulate(accumulator, sums, x.Scales[b], group);
            quants += Block;
            sums += SubBlocks;
        }
        return accumulator;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrepareRow(byte* block, short* sums, int row, RowGroup group)
    {
        group.ScaleBits[row] = TFormat.ScaleBits(block, 0);
        TFormat.Prepare<TIsa>(block, group.Prepared + row * IVectorFormat.PreparedBytes);
        if (!TFormat.HasScales)
            return;
        TFormat.SubBlocks<TIsa>(block, out var scales, out var mins);
        group.Scales[row] = scales;
        if (TFormat.HasMins || TFormat.HasOffsets)
            group.Minimums[row] = TIsa.MultiplyAddPairs(Vector256<int>.Zero, mins, Vector256.Load(sums));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyRow(byte* block, sbyte* quants, byte* tables, int row, RowGroup group)
    {
        var sink = new DotSink { Quants = quants, Magnitudes = group.Magnitudes, Sum = Vector256<int>.Zero };
        if (TFormat.HasScales)
            sink.Scales = ScaleLanes.Load<TIsa>((short*)(group.Scales + row));
        TFormat.UnpackWeights<TIsa, DotSink>(block, 0, tables, group.Prepared + row * IVectorFormat.PreparedBytes, ref sink);
        group.Products[row] = TFormat.HasScales && TFormat.HasOffsets ? sink.Sum - group.Minimums[row] : sink.Sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Accumulate(Vector256<float> accumulator, short* sums, float activationScale, RowGroup group)
    {
        var products = TIsa.SumRows(group.Products);
        if (!TFormat.HasScales && TFormat.HasOffsets)
            products -= Vector256.Create(TFormat.Offset * Vector256.Sum(TIsa.MultiplyAddPairs(Vector256<int>.Zero, Vector256<short>.One, Vector256.Load(sums))));
        var bits = Vector256.Load(group.ScaleBits);
        var scale = Vector256.Create(activationScale);
        accumulator = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(products), TFormat.Scales(bits) * scale, accumulator);
        if (!TFormat.HasMins)
            return accumulator;
        var minimums = Vector256.ConvertToSingle(-TIsa.SumRows(group.Minimums));
        return Vector256.FusedMultiplyAdd(minimums, TFormat.MinScales(bits) * scale, accumulator);
    }

    private static void StoreMagnitudes(sbyte* quants, byte* magnitudes)
    {
        for (var i = 0; i < Block; i += Vector256<sbyte>.Count)
            Vector256.Abs(Vector256.Load(quants + i)).AsByte().Store(magnitudes + i);
    }

    private struct DotSink : IChunkSink
    {
        public sbyte* Quants;
        public byte* Magnitudes;
        public ScaleLanes Scales;
        public Vector256<int> Sum;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Accept(int chunk, Vector256<byte> weights)
        {
            if (!TFormat.HasScales)
                Sum = TIsa.MultiplyAdd(Sum, weights, Quants, chunk);
            else if (TFormat.Form == WeightForm.Signed)
                Sum = TIsa.MultiplyAddSigned(Sum, weights.AsSByte(), Quants, Magnitudes, chunk, TIsa.ChunkScales(Scales, chunk));
            else
                Sum = TIsa.MultiplyAdd(Sum, weights, Quants, chunk, TIsa.ChunkScales(Scales, chunk));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Accept(int chunk, Vector256<byte> magnitudes, Vector256<byte> negative) =>
            Sum = TIsa.MultiplyAddSigned(Sum, magnitudes, negative, Quants, chunk, TIsa.ChunkScales(Scales, chunk));
    }
}
