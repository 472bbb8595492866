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
            for (var i = 0; i < count; i++)
            {
                for (var line = 0; line < TFormat.BlockBytes; line += 64)
                    TIsa.Prefetch(ahead + line, Prefetch.IntoFirstLevel);
                ahead += TFormat.BlockBytes;
                group.ScaleBits[i] = TFormat.ScaleBits(block, 0);
                MultiplyRow(block, quants, sums, i, group);
                block += rowBytes;
            }
            accumulator = Accumulate(accumulator, sums, x.Scales[b], group);
            quants += Block;
            sums += SubBlocks;
        }
        return accumulator;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyRow(byte* block, sbyte* quants, short* sums, int row, RowGroup group)
    {
        var sink = new DotSink { Quants = quants, Magnitudes = group.Magnitudes, Sum = Vector256<int>.Zero };
        if (TFormat.HasScales)
        {
            TFormat.SubBlocks<TIsa>(block, out var scales, out var mins);
            sink.Scales = ScaleLanes.Create<TIsa>(scales);
            if (TFormat.HasMins)
                group.Minimums[row] = TIsa.MultiplyAddPairs(Vector256<int>.Zero, mins, Vector256.Load(sums));
            if (TFormat.HasOffsets)
                sink.Sum -= TIsa.MultiplyAddPairs(Vector256<int>.Zero, mins, Vector256.Load(sums));
        }
        TFormat.UnpackWeights<TIsa, DotSink>(block, 0, ref sink);
        group.Products[row] = sink.Sum;
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
            var x = Quants + 32 * chunk;
            if (!TFormat.HasScales)
                Sum = TIsa.MultiplyAdd(Sum, weights, x);
            else if (TFormat.Form == WeightForm.Signed)
                Sum = TIsa.MultiplyAddSigned(Sum, weights.AsSByte(), x, Magnitudes + 32 * chunk, TIsa.ChunkScales(Scales, chunk));
            else
                Sum = TIsa.MultiplyAdd(Sum, weights, x, TIsa.ChunkScales(Scales, chunk));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Accept(int chunk, Vector256<byte> magnitudes, Vector256<byte> negative) =>
            Sum = TIsa.MultiplyAddSigned(Sum, magnitudes, negative, Quants + 32 * chunk, TIsa.ChunkScales(Scales, chunk));
    }
}
