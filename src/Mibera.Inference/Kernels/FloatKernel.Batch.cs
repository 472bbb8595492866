using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels;

// Several inputs: four rows of weights meet as many of them at once as there are registers for.
internal sealed unsafe partial class FloatKernel<TFormat>
{
    /// <summary>With more inputs than this, binary16 weights are converted once instead of for every 2 to 4 inputs. (The other
    /// formats' conversion is one shift or none.)</summary>
    private static readonly int InputsWorthExpanding = Vector512.IsHardwareAccelerated ? 8 : 5;

    /// <summary>Columns converted at a time: 4 rows of them take half of L1.</summary>
    private const int ColumnBlock = 1024;

    /// <summary>Floats between converted rows: not a multiple of 4096 bytes, lest all rows compete for the same lines of L1.</summary>
    private const int ExpandedStride = ColumnBlock + 3 * 16;

    /// <summary>Four rows of weights with up to <see cref="InputBlock"/> inputs, column block by column block.</summary>
    [SkipLocalsInit]
    private static void MultiplyMany(
        in RowPointers rows, int columns, Activations input, int first, int inputs, int count, float* output, long outputStride)
    {
        var sums = stackalloc FourSums[InputBlock];
        new Span<byte>(sums, inputs * sizeof(FourSums)).Clear();
        var expanded = stackalloc float[Rows * ExpandedStride];
        var whole = columns & -Lanes.Count;
        for (var column = 0; column < whole; column += ColumnBlock)
        {
            var width = Math.Min(ColumnBlock, whole - column);
            var block = rows.Advance((long)column * TFormat.Bytes);
            if (TFormat.Type != GgmlType.F16 || inputs <= InputsWorthExpanding)
                AddBlock<TFormat>(block, width, input.Row(first) + column, input.Width, inputs, sums);
            else
                AddBlock<F32Format>(Expand(block, width, expanded), width, input.Row(first) + column, input.Width, inputs, sums);
        }
        for (var t = 0; t < inputs; t++)
        {
            if (whole < columns)
                sums[t] = AddTail(rows, whole, columns - whole, input.Row(first + t) + whole, sums[t]);
            sums[t].Store(count, output + t * outputStride, 1);
        }
    }

    private static void AddBlock<TSource>(in RowPointers rows, int width, float* x, long stride, int inputs, FourSums* sums)
        where TSource : struct, IFloatFormat
    {
        var t = 0;
        // A tile of 16 sums needs 32 registers. With sixteen of 256 bits, 12 halves of sums, 3 of inputs and one of weights fill them;
        // elsewhere inputs go one by one, on Arm, too, which has not been measured.
        if (Vector512.IsHardwareAccelerated)
        {
            for (; t <= inputs - 4; t += 4)
                AddFour<TSource>(rows, width, x + t * stride, stride, sums + t);
        }
        if (TakesHalves<TSource>())
        {
            // Four left are two and two, so that none comes alone.
            for (; inputs - t is 3 or > 4; t += 3)
                AddTile<TSource, Three>(rows, width, x + t * stride, stride, sums + t);
            for (; inputs - t >= 2; t += 2)
                AddTile<TSource, Two>(rows, width, x + t * stride, stride, sums + t);
        }
        for (; t < inputs; t++)
            AddOne<TSource>(rows, width, x + t * stride, sums + t);
    }

    /// <summary>
    /// Whether inputs left of four, or all, go by threes and twos in halves of lanes. With 512 bits those of F16 are 1.2 to 1.7 times as
    /// fast like that on Zen 5 (F32, which converts nothing, 0.85), elsewhere not measured: Intel's processors are slow at the product by
    /// which 256-bit vectors convert binary16.
    /// </summary>
    private static bool TakesHalves<TSource>()
        where TSource : struct, IFloatFormat => Vector512.IsHardwareAccelerated
            ? TSource.Bytes == 2 && Cpu.IsAmd && !Cpu.IsZen4OrOlder
            : Vector256.IsHardwareAccelerated;

    private static void AddFour<TSource>(in RowPointers rows, int width, float* x, long stride, FourSums* sums)
        where TSource : struct, IFloatFormat
    {
        byte* row0 = rows[0], row1 = rows[1], row2 = rows[2], row3 = rows[3];
        var (a0, a1, a2, a3) = (sums[0].A, sums[0].B, sums[0].C, sums[0].D);
        var (b0, b1, b2, b3) = (sums[1].A, sums[1].B, sums[1].C, sums[1].D);
        var (c0, c1, c2, c3) = (sums[2].A, sums[2].B, sums[2].C, sums[2].D);
        var (d0, d1, d2, d3) = (sums[3].A, sums[3].B, sums[3].C, sums[3].D);
        for (var i = 0; i < width; i += Lanes.Count)
        {
            var (w0, w1) = (TSource.Load(row0 + i * TSource.Bytes), TSource.Load(row1 + i * TSource.Bytes));
            var (w2, w3) = (TSource.Load(row2 + i * TSource.Bytes), TSource.Load(row3 + i * TSource.Bytes));
            var input = Vector512.Load(x + i);
            a0 = Vector512.FusedMultiplyAdd(input, w0, a0);
            a1 = Vector512.FusedMultiplyAdd(input, w1, a1);
            a2 = Vector512.FusedMultiplyAdd(input, w2, a2);
            a3 = Vector512.FusedMultiplyAdd(input, w3, a3);
            input = Vector512.Load(x + stride + i);
            b0 = Vector512.FusedMultiplyAdd(input, w0, b0);
            b1 = Vector512.FusedMultiplyAdd(input, w1, b1);
            b2 = Vector512.FusedMultiplyAdd(input, w2, b2);
            b3 = Vector512.FusedMultiplyAdd(input, w3, b3);
            input = Vector512.Load(x + 2 * stride + i);
            c0 = Vector512.FusedMultiplyAdd(input, w0, c0);
            c1 = Vector512.FusedMultiplyAdd(input, w1, c1);
            c2 = Vector512.FusedMultiplyAdd(input, w2, c2);
            c3 = Vector512.FusedMultiplyAdd(input, w3, c3);
            input = Vector512.Load(x + 3 * stride + i);
            d0 = Vector512.FusedMultiplyAdd(input, w0, d0);
            d1 = Vector512.FusedMultiplyAdd(input, w1, d1);
            d2 = Vector512.FusedMultiplyAdd(input, w2, d2);
            d3 = Vector512.FusedMultiplyAdd(input, w3, d3);
        }
        sums[0] = new FourSums(a0, a1, a2, a3);
        sums[1] = new FourSums(b0, b1, b2, b3);
        sums[2] = new FourSums(c0, c1, c2, c3);
        sums[3] = new FourSums(d0, d1, d2, d3);
    }

    /// <summary>Two or three inputs with four rows: first their lanes 0 to 7, then, from the first-level cache, 8 to 15.</summary>
    private static void AddTile<TSource, TCount>(in RowPointers rows, int width, float* x, long stride, FourSums* sums)
        where TSource : struct, IFloatFormat
        where TCount : struct, ICount
    {
        const int Half = Lanes.Count / 2;
        AddHalf<TSource, TCount>(rows, width, x, stride, (Vector256<float>*)sums);
        AddHalf<TSource, TCount>(
            rows.Advance(Half * TSource.Bytes), width, x + Half, stride, (Vector256<float>*)sums + 1);
    }

    /// <summary>Half of the lanes. <paramref name="lanes"/> are the <see cref="FourSums"/> of each input as eight vectors of 256 bits, of
    /// which every other one is of this half.</summary>
    private static void AddHalf<TSource, TCount>(in RowPointers rows, int width, float* x, long stride, Vector256<float>* lanes)
        where TSource : struct, IFloatFormat
        where TCount : struct, ICount
    {
        byte* row0 = rows[0], row1 = rows[1], row2 = rows[2], row3 = rows[3];
        float* x1 = x + stride, x2 = x1 + stride;
        var (a0, a1, a2, a3) = (lanes[0], lanes[2], lanes[4], lanes[6]);
        var (b0, b1, b2, b3) = (lanes[8], lanes[10], lanes[12], lanes[14]);
        Vector256<float> c0 = default, c1 = default, c2 = default, c3 = default;
        if (TCount.Value > 2)
            (c0, c1, c2, c3) = (lanes[16], lanes[18], lanes[20], lanes[22]);
        for (nint i = 0; i < width; i += Lanes.Count)
        {
            var (a, b) = (Vector256.Load(x + i), Vector256.Load(x1 + i));
            var c = TCount.Value > 2 ? Vector256.Load(x2 + i) : default;
            var w = TSource.LoadEight(row0 + i * TSource.Bytes);
            a0 = Vector256.FusedMultiplyAdd(a, w, a0);
            b0 = Vector256.FusedMultiplyAdd(b, w, b0);
            if (TCount.Value > 2)
                c0 = Vector256.FusedMultiplyAdd(c, w, c0);
            w = TSource.LoadEight(row1 + i * TSource.Bytes);
            a1 = Vector256.FusedMultiplyAdd(a, w, a1);
            b1 = Vector256.FusedMultiplyAdd(b, w, b1);
            if (TCount.Value > 2)
                c1 = Vector256.FusedMultiplyAdd(c, w, c1);
            w = TSource.LoadEight(row2 + i * TSource.Bytes);
            a2 = Vector256.FusedMultiplyAdd(a, w, a2);
            b2 = Vector256.FusedMultiplyAdd(b, w, b2);
            if (TCount.Value > 2)
                c2 = Vector256.FusedMultiplyAdd(c, w, c2);
            w = TSource.LoadEight(row3 + i * TSource.Bytes);
            a3 = Vector256.FusedMultiplyAdd(a, w, a3);
            b3 = Vector256.FusedMultiplyAdd(b, w, b3);
            if (TCount.Value > 2)
                c3 = Vector256.FusedMultiplyAdd(c, w, c3);
        }
        (lanes[0], lanes[2], lanes[4], lanes[6]) = (a0, a1, a2, a3);
        (lanes[8], lanes[10], lanes[12], lanes[14]) = (b0, b1, b2, b3);
        if (TCount.Value > 2)
            (lanes[16], lanes[18], lanes[20], lanes[22]) = (c0, c1, c2, c3);
    }

    private static RowPointers Expand(in RowPointers rows, int width, float* target)
    {
        for (var row = 0; row < Rows; row++)
        {
            for (var i = 0; i < width; i += Lanes.Count)
                TFormat.Load(rows[row] + (long)i * TFormat.Bytes).Store(target + row * ExpandedStride + i);
        }
        return RowPointers.Apart((byte*)target, ExpandedStride * sizeof(float));
    }
}
