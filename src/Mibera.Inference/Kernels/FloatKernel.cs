using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Gguf;
using Mibera.Inference.Quantization;

namespace Mibera.Inference.Kernels;

/// <summary>
/// Products of unquantized weights with float activations, in the lane pattern of <see cref="Lanes"/>. One kernel serves
/// all instruction sets; how many rows and inputs go together does not show in the bits.
/// </summary>
internal sealed unsafe class FloatKernel<TFormat> : MatrixKernel
    where TFormat : struct, IFloatFormat
{
    /// <summary>Weight rows that are multiplied together.</summary>
    private const int Rows = 4;

    /// <summary>Inputs for which 4 weight rows are converted to floats once: as many as keep their columns in L2.</summary>
    private const int InputBlock = 32;

    /// <summary>Columns converted at a time: 4 rows of them take half of L1.</summary>
    private const int ColumnBlock = 1024;

    private static readonly int ElementBytes = TFormat.Type.Block().Bytes;

    public override GgmlType Type => TFormat.Type;

    public override ActivationForm Form => ActivationForm.Float;

    public override int RowGranularity => Rows;

    public override void Multiply(in WeightMatrix weights, Activations input, int begin, int end, float* output, long outputStride)
    {
        for (var first = 0; first < input.Rows; first += InputBlock)
        {
            var count = Math.Min(InputBlock, input.Rows - first);
            for (var row = begin; row < end; row += Rows)
            {
                var group = new RowGroup(weights, row, Math.Min(Rows, end - row));
                if (count == 1)
                    MultiplyOne(group, weights.Columns, input.Row(first), output + first * outputStride + row);
                else
                    MultiplyMany(group, weights.Columns, input, first, count, output + first * outputStride + row, outputStride);
            }
        }
    }

    public override void DecodeRow(byte* row, int columns, float* output)
    {
        var i = 0;
        for (; i <= columns - Lanes.Count; i += Lanes.Count)
            TFormat.Load(row + (long)i * ElementBytes).Store(output + i);
        for (; i < columns; i++)
            output[i] = TFormat.Decode(row + (long)i * ElementBytes);
    }

    /// <summary>Four rows of weights with one input, straight from the file's elements.</summary>
    private static void MultiplyOne(in RowGroup group, int columns, float* x, float* output)
    {
        Vector512<float> a = default, b = default, c = default, d = default;
        var whole = columns & -Lanes.Count;
        for (var i = 0; i < whole; i += Lanes.Count)
        {
            var input = Vector512.Load(x + i);
            a = Vector512.FusedMultiplyAdd(input, TFormat.Load(group.Row0 + (long)i * ElementBytes), a);
            b = Vector512.FusedMultiplyAdd(input, TFormat.Load(group.Row1 + (long)i * ElementBytes), b);
            c = Vector512.FusedMultiplyAdd(input, TFormat.Load(group.Row2 + (long)i * ElementBytes), c);
            d = Vector512.FusedMultiplyAdd(input, TFormat.Load(group.Row3 + (long)i * ElementBytes), d);
        }
        if (whole < columns)
        {
            var rest = columns - whole;
            var input = Lanes.LoadTail(x + whole, rest);
            a = Vector512.FusedMultiplyAdd(input, LoadTail(group.Row0 + (long)whole * ElementBytes, rest), a);
            b = Vector512.FusedMultiplyAdd(input, LoadTail(group.Row1 + (long)whole * ElementBytes, rest), b);
            c = Vector512.FusedMultiplyAdd(input, LoadTail(group.Row2 + (long)whole * ElementBytes, rest), c);
            d = Vector512.FusedMultiplyAdd(input, LoadTail(group.Row3 + (long)whole * ElementBytes, rest), d);
        }
        Store(group.Count, Lanes.Sum(a), Lanes.Sum(b), Lanes.Sum(c), Lanes.Sum(d), output);
    }

    /// <summary>Four rows of weights with up to <see cref="InputBlock"/> inputs, column block by column block.</summary>
    [SkipLocalsInit]
    private static void MultiplyMany(
        in RowGroup group, int columns, Activations input, int first, int count, float* output, long outputStride)
    {
        var sums = stackalloc Vector512<float>[InputBlock * Rows];
        var expanded = stackalloc float[Rows * ColumnBlock];
        new Span<float>(sums, count * Rows * Lanes.Count).Clear();
        for (var column = 0; column < columns; column += ColumnBlock)
        {
            var width = Math.Min(ColumnBlock, columns - column);
            for (var row = 0; row < Rows; row++)
                Expand(group[row] + (long)column * ElementBytes, width, expanded + row * ColumnBlock);
            var t = 0;
            // A tile of 16 sums needs 32 registers; machines with 16 halves of them take one input at a time.
            if (Vector512.IsHardwareAccelerated)
            {
                for (; t <= count - 4; t += 4)
                    AddTile4(expanded, width, input.Row(first + t) + column, input.Width, sums + t * Rows);
            }
            for (; t < count; t++)
                AddTile1(expanded, width, input.Row(first + t) + column, sums + t * Rows);
        }
        for (var t = 0; t < count; t++)
        {
            var s = sums + t * Rows;
            Store(group.Count, Lanes.Sum(s[0]), Lanes.Sum(s[1]), Lanes.Sum(s[2]), Lanes.Sum(s[3]), output + t * outputStride);
        }
    }

    private static void AddTile1(float* w, int width, float* x, Vector512<float>* sums)
    {
        var (a, b, c, d) = (sums[0], sums[1], sums[2], sums[3]);
        for (var i = 0; i < width; i += Lanes.Count)
        {
            var input = i + Lanes.Count <= width ? Vector512.Load(x + i) : Lanes.LoadTail(x + i, width - i);
            a = Vector512.FusedMultiplyAdd(input, Vector512.Load(w + i), a);
            b = Vector512.FusedMultiplyAdd(input, Vector512.Load(w + ColumnBlock + i), b);
            c = Vector512.FusedMultiplyAdd(input, Vector512.Load(w + 2 * ColumnBlock + i), c);
            d = Vector512.FusedMultiplyAdd(input, Vector512.Load(w + 3 * ColumnBlock + i), d);
        }
        (sums[0], sums[1], sums[2], sums[3]) = (a, b, c, d);
    }

    private static void AddTile4(float* w, int width, float* x, long stride, Vector512<float>* sums)
    {
        var (a0, a1, a2, a3) = (sums[0], sums[1], sums[2], sums[3]);
        var (b0, b1, b2, b3) = (sums[4], sums[5], sums[6], sums[7]);
        var (c0, c1, c2, c3) = (sums[8], sums[9], sums[10], sums[11]);
        var (d0, d1, d2, d3) = (sums[12], sums[13], sums[14], sums[15]);
        var x1 = x + stride;
        var x2 = x1 + stride;
        var x3 = x2 + stride;
        var whole = width & -Lanes.Count;
        for (var i = 0; i < whole; i += Lanes.Count)
        {
            var (w0, w1) = (Vector512.Load(w + i), Vector512.Load(w + ColumnBlock + i));
            var (w2, w3) = (Vector512.Load(w + 2 * ColumnBlock + i), Vector512.Load(w + 3 * ColumnBlock + i));
            var input = Vector512.Load(x + i);
            a0 = Vector512.FusedMultiplyAdd(input, w0, a0);
            a1 = Vector512.FusedMultiplyAdd(input, w1, a1);
            a2 = Vector512.FusedMultiplyAdd(input, w2, a2);
            a3 = Vector512.FusedMultiplyAdd(input, w3, a3);
            input = Vector512.Load(x1 + i);
            b0 = Vector512.FusedMultiplyAdd(input, w0, b0);
            b1 = Vector512.FusedMultiplyAdd(input, w1, b1);
            b2 = Vector512.FusedMultiplyAdd(input, w2, b2);
            b3 = Vector512.FusedMultiplyAdd(input, w3, b3);
            input = Vector512.Load(x2 + i);
            c0 = Vector512.FusedMultiplyAdd(input, w0, c0);
            c1 = Vector512.FusedMultiplyAdd(input, w1, c1);
            c2 = Vector512.FusedMultiplyAdd(input, w2, c2);
            c3 = Vector512.FusedMultiplyAdd(input, w3, c3);
            input = Vector512.Load(x3 + i);
            d0 = Vector512.FusedMultiplyAdd(input, w0, d0);
            d1 = Vector512.FusedMultiplyAdd(input, w1, d1);
            d2 = Vector512.FusedMultiplyAdd(input, w2, d2);
            d3 = Vector512.FusedMultiplyAdd(input, w3, d3);
        }
        (sums[0], sums[1], sums[2], sums[3]) = (a0, a1, a2, a3);
        (sums[4], sums[5], sums[6], sums[7]) = (b0, b1, b2, b3);
        (sums[8], sums[9], sums[10], sums[11]) = (c0, c1, c2, c3);
        (sums[12], sums[13], sums[14], sums[15]) = (d0, d1, d2, d3);
        if (whole == width)
            return;
        for (var t = 0; t < 4; t++)
            AddTile1(w + whole, width - whole, x + t * stride + whole, sums + t * Rows);
    }

    /// <summary>Converts <paramref name="width"/> elements, with zeros up to a multiple of 16.</summary>
    private static void Expand(byte* row, int width, float* target)
    {
        var i = 0;
        for (; i <= width - Lanes.Count; i += Lanes.Count)
            TFormat.Load(row + (long)i * ElementBytes).Store(target + i);
        if (i < width)
            LoadTail(row + (long)i * ElementBytes, width - i).Store(target + i);
    }

    /// <summary>Reads nothing behind the last element: a mapped file may end there.</summary>
    private static Vector512<float> LoadTail(byte* elements, int count)
    {
        var tail = Vector512<byte>.Zero;
        Unsafe.CopyBlockUnaligned(&tail, elements, (uint)(count * ElementBytes));
        return TFormat.Load((byte*)&tail);
    }

    private static void Store(int count, float a, float b, float c, float d, float* output)
    {
        output[0] = a;
        if (count > 1) output[1] = b;
        if (count > 2) output[2] = c;
        if (count > 3) output[3] = d;
    }

    /// <summary>Up to 4 weight rows; missing ones repeat the last, and their sums are not stored.</summary>
    private readonly struct RowGroup(in WeightMatrix weights, int first, int count)
    {
        public readonly byte* Row0 = weights.Row(first);
        public readonly byte* Row1 = weights.Row(first + Math.Min(1, count - 1));
        public readonly byte* Row2 = weights.Row(first + Math.Min(2, count - 1));
        public readonly byte* Row3 = weights.Row(first + count - 1);
        public readonly int Count = count;

        public byte* this[int row] => row switch
        {
            0 => Row0,
            1 => Row1,
            2 => Row2,
            _ => Row3,
        };
    }
}
