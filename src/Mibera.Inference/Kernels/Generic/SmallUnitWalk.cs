using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Generic;

/// <summary>
/// Eight rows of formats with units of 32 or 16, one row in each lane from the first product to the last sum. None of these
/// formats has sub-block scales.
/// </summary>
internal static unsafe class SmallUnitWalk<TFormat, TIsa>
    where TFormat : struct, IColumnFormat
    where TIsa : struct, IIsa
{
    private const int Chunk = 32;

    private const int QuadsInChunk = 8;

    private static int UnitsInChunk
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Chunk / TFormat.UnitElements;
    }

    private static int QuadsInUnit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => QuadsInChunk / UnitsInChunk;
    }

    /// <summary>
    /// Quads whose products may be added up in int16: one gives at most 2 * Largest * 127 in each word, or 32512 for signed
    /// weights.
    /// </summary>
    private static int QuadsAtOnce
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (short.MaxValue / (254 * TFormat.Largest)) switch
        {
            >= 8 => 8,
            >= 4 => 4,
            >= 2 => 2,
            _ => 1,
        };
    }

    /// <summary>The products of the eight rows at <paramref name="rows"/> + r * <paramref name="stride"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector256<float> Multiply(byte* rows, long stride, QuantizedVector x)
    {
        // Taken first: after all that is inlined below the compiler's budget is spent, and these would be calls.
        var blockBytes = TFormat.BlockBytes;
        var chunksInBlock = TFormat.ChunksInBlock;
        var chunks = x.Width / Chunk;
        var accumulator = Vector256<float>.Zero;
        var phase = 0L;
        for (var chunk = 0; chunk < chunks; chunk += chunksInBlock)
        {
            // Each stream's next line; of blocks of half a line and less the even rows' and the odd rows' by turns. (No block of
            // these formats is longer than a line.)
            PrefetchFour(rows + phase, stride);
            if (blockBytes > 32)
                PrefetchFour(rows + (stride - phase), stride);
            phase = stride - phase;
            for (var step = 0; step < chunksInBlock; step++)
                accumulator = Multiply(rows, stride, step, chunk + step, x, accumulator);
            rows += blockBytes;
        }
        return accumulator;
    }

    /// <summary>Prefetches the rows at 0, 2, 4 and 6 * <paramref name="stride"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchFour(byte* rows, long stride)
    {
        TIsa.Prefetch(rows + RowStreams.PrefetchDistance, intoFirstLevel: true);
        TIsa.Prefetch(rows + 2 * stride + RowStreams.PrefetchDistance, intoFirstLevel: true);
        TIsa.Prefetch(rows + 4 * stride + RowStreams.PrefetchDistance, intoFirstLevel: true);
        TIsa.Prefetch(rows + 6 * stride + RowStreams.PrefetchDistance, intoFirstLevel: true);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Multiply(
        byte* rows, long stride, int step, int chunk, QuantizedVector x, Vector256<float> accumulator)
    {
        var sink = new DotSink { Quants = (int*)(x.Quants + Chunk * chunk) };
        TFormat.UnpackColumns<EightRowQuads<TIsa>, Vector256<byte>, DotSink>(rows, (nint)stride, step, ref sink);
        var unit = step * UnitsInChunk;
        return Vector256.IsHardwareAccelerated
            ? Accumulate(sink.First, sink.Second, rows, stride, unit, chunk, x, accumulator)
            : AccumulateApart(sink.First, sink.Second, rows, stride, unit, chunk, x, accumulator);
    }

    // Where 256 bits are two registers the compiler runs out of what it will inline in one method, see SuperBlockWalk.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector256<float> AccumulateApart(
        Vector256<int> first, Vector256<int> second, byte* rows, long stride, int unit, int chunk,
        QuantizedVector x, Vector256<float> accumulator) =>
        Accumulate(first, second, rows, stride, unit, chunk, x, accumulator);

    /// <summary>The float step of a chunk: of its one unit, or of its two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Accumulate(
        Vector256<int> first, Vector256<int> second, byte* rows, long stride, int unit, int chunk,
        QuantizedVector x, Vector256<float> accumulator)
    {
        var scale = Vector256.Create(x.Scales[chunk]);
        var bits = ScaleBits(rows, stride, unit);
        if (UnitsInChunk == 1)
            return Accumulate(first, Vector256.Create(((int*)x.Sums)[chunk]).AsInt16(), bits, scale, accumulator);
        accumulator = Accumulate(first, Vector256.Create(x.Sums[2 * chunk] & 0xffff).AsInt16(), bits, scale, accumulator);
        bits = ScaleBits(rows, stride, unit + 1);
        return Accumulate(second, Vector256.Create(x.Sums[2 * chunk + 1] & 0xffff).AsInt16(), bits, scale, accumulator);
    }

    /// <summary>The float step of one unit. <paramref name="sums"/> are pairs of words whose sum is the unit's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Accumulate(
        Vector256<int> products, Vector256<short> sums, Vector256<uint> bits, Vector256<float> activationScale,
        Vector256<float> accumulator)
    {
        // Offset * sum, at most 24 * 2 * 2032: of the lower words, or of both.
        var minimums = TIsa.MultiplyAddWords(Vector256<int>.Zero, sums, Vector256.Create((short)TFormat.Offset));
        if (TFormat.HasOffsets)
            products -= minimums;
        var scale = TFormat.Scales(bits) * activationScale;
        accumulator = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(products), scale, accumulator);
        if (!TFormat.HasMins)
            return accumulator;
        scale = TFormat.MinScales(bits) * activationScale;
        return Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(-minimums), scale, accumulator);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> ScaleBits(byte* block, long stride, int unit) => Vector256.Create(
        TFormat.ScaleBits(block, unit),
        TFormat.ScaleBits(block + stride, unit),
        TFormat.ScaleBits(block + 2 * stride, unit),
        TFormat.ScaleBits(block + 3 * stride, unit),
        TFormat.ScaleBits(block + 4 * stride, unit),
        TFormat.ScaleBits(block + 5 * stride, unit),
        TFormat.ScaleBits(block + 6 * stride, unit),
        TFormat.ScaleBits(block + 7 * stride, unit));

    private struct DotSink : IColumnSink<Vector256<byte>>
    {
        public int* Quants;
        public Vector256<short> Partial;
        public Vector256<int> First;
        public Vector256<int> Second;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Accept(int quad, Vector256<byte> weights)
        {
            var x = Vector256.Create(Quants[quad]).AsSByte();
            var first = quad % QuadsAtOnce == 0 || quad % QuadsInUnit == 0;
            var last = quad % QuadsAtOnce == QuadsAtOnce - 1 || quad % QuadsInUnit == QuadsInUnit - 1;
            var sum = quad < QuadsInUnit ? First : Second;
            if (TFormat.Form == WeightForm.Signed)
                sum = TIsa.MultiplyAddQuads(sum, weights.AsSByte(), x);
            else
                (sum, Partial) = TIsa.MultiplyAddQuads(sum, Partial, weights, x, first, last);
            if (quad < QuadsInUnit)
                First = sum;
            else
                Second = sum;
        }
    }
}
