using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Generic;

/// <summary>
/// Rows of formats with units of 32 or 16, in chunks of 32: one unit, or two whose sums lie in the two lanes. None of these
/// formats has sub-block scales.
/// </summary>
internal static unsafe class SmallUnitWalk<TFormat, TIsa>
    where TFormat : struct, IVectorFormat
    where TIsa : struct, IIsa
{
    private const int Chunk = 32;

    private static int UnitsInChunk => Chunk / TFormat.UnitElements;

    /// <summary>The products of <paramref name="count"/> rows, eight at most; other lanes are undefined.</summary>
    public static Vector256<float> Multiply(byte* rows, long rowBytes, int count, QuantizedVector x, RowGroup group)
    {
        var tables = TFormat.Tables;
        var accumulator = Vector256<float>.Zero;
        var ahead = rows + RowGroup.Rows * rowBytes;
        var steps = TFormat.Type.Block().Elements / Chunk;
        for (var first = 0; first < x.Width; rows += TFormat.BlockBytes)
        {
            for (var line = 0; line < RowGroup.Rows * TFormat.BlockBytes; line += 64)
                TIsa.Prefetch(ahead + line, Prefetch.IntoFirstLevel);
            ahead += RowGroup.Rows * TFormat.BlockBytes;
            for (var step = 0; step < steps; step++, first += Chunk)
            {
                var quants = x.Quants + first;
                var block = rows;
                for (var i = 0; i < count; i++)
                {
                    MultiplyRow(block, step, quants, tables, i, group);
                    block += rowBytes;
                }
                accumulator = Accumulate(accumulator, x.Sums + first / IntegerBlock.SubBlock, x.Scales[first / Chunk], group);
            }
        }
        return accumulator;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyRow(byte* block, int step, sbyte* quants, byte* tables, int row, RowGroup group)
    {
        for (var u = 0; u < UnitsInChunk; u++)
            group.ScaleBits[u * RowGroup.Rows + row] = TFormat.ScaleBits(block, step * UnitsInChunk + u);
        var sink = new DotSink { Quants = quants };
        TFormat.UnpackWeights<TIsa, DotSink>(block, step, tables, null, ref sink);
        group.Products[row] = sink.Sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Accumulate(Vector256<float> accumulator, short* sums, float activationScale, RowGroup group)
    {
        if (UnitsInChunk == 1)
            return Accumulate(accumulator, TIsa.SumRows(group.Products), sums[0] + sums[1], activationScale, group.ScaleBits);
        var (lower, upper) = TIsa.SumLanes(group.Products);
        accumulator = Accumulate(accumulator, lower, sums[0], activationScale, group.ScaleBits);
        return Accumulate(accumulator, upper, sums[1], activationScale, group.ScaleBits + RowGroup.Rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Accumulate(
        Vector256<float> accumulator, Vector256<int> products, int sum, float activationScale, uint* scaleBits)
    {
        if (TFormat.HasOffsets)
            products -= Vector256.Create(TFormat.Offset * sum);
        var bits = Vector256.Load(scaleBits);
        var scale = Vector256.Create(activationScale);
        accumulator = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(products), TFormat.Scales(bits) * scale, accumulator);
        return TFormat.HasMins
            ? Vector256.FusedMultiplyAdd(Vector256.Create((float)(-TFormat.Offset * sum)), TFormat.MinScales(bits) * scale, accumulator)
            : accumulator;
    }

    private struct DotSink : IChunkSink
    {
        public sbyte* Quants;
        public Vector256<int> Sum;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Accept(int chunk, Vector256<byte> weights) => Sum = TFormat.Form == WeightForm.Signed
            ? TIsa.MultiplyAddSigned(Vector256<int>.Zero, weights.AsSByte(), Quants, 0)
            : TIsa.MultiplyAdd(Vector256<int>.Zero, weights, Quants, 0);

        public void Accept(int chunk, Vector256<byte> magnitudes, Vector256<byte> negative) =>
            throw new NotSupportedException("No format of small units has signs apart.");
    }
}
