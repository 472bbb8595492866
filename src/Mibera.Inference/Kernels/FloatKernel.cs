using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Gguf;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels;

/// <summary>
/// Products of unquantized weights with float activations, in the lane pattern of <see cref="Lanes"/>. One kernel serves
/// all instruction sets; how many rows and inputs go together does not show in the bits.
/// </summary>
internal sealed unsafe partial class FloatKernel<TFormat> : MatrixKernel
    where TFormat : struct, IFloatFormat
{
    /// <summary>Weight rows that are multiplied together.</summary>
    private const int Rows = 4;

    /// <summary>Columns of a step of the loop over one input.</summary>
    private const int Step = 2 * Lanes.Count;

    /// <summary>Bytes ahead in each of four streams, which move faster than the eight of <see cref="RowStreams"/>. (On Zen 3 512 are as
    /// good.)</summary>
    private const int PrefetchDistance = 768;

    /// <summary>Inputs that share a conversion of weights: as many as keep their columns in L2.</summary>
    private const int InputBlock = 32;

    public override GgmlType Type => TFormat.Type;

    public override ActivationForm Form => ActivationForm.Float;

    public override int RowGranularity => Rows;

    public override void Multiply(in WeightMatrix weights, Activations input, int begin, int end, float* output, long outputStride)
    {
        for (var first = 0; first < input.Rows; first += InputBlock)
        {
            var count = Math.Min(InputBlock, input.Rows - first);
            if (count == 1)
            {
                MultiplyOne(weights, input.Row(first), begin, end, output + first * outputStride);
                continue;
            }
            for (var row = begin; row < end; row += Rows)
            {
                var rows = RowPointers.Of(weights, row, Math.Min(Rows, end - row));
                var target = output + first * outputStride + row;
                MultiplyMany(rows, weights.Columns, input, first, count, Math.Min(Rows, end - row), target, outputStride);
            }
        }
    }

    public override void DecodeRow(byte* row, int columns, float* output)
    {
        var i = 0;
        for (; i <= columns - Lanes.Count; i += Lanes.Count)
            TFormat.Load(row + (long)i * TFormat.Bytes).Store(output + i);
        for (; i < columns; i++)
            output[i] = TFormat.Decode(row + (long)i * TFormat.Bytes);
    }

    private static void MultiplyOne(in WeightMatrix weights, float* x, int begin, int end, float* output)
    {
        var streams = new RowStreams(begin, end, weights.RowBytes, Rows);
        while (streams.TryTake(out var row, out var rowStride))
        {
            var rows = RowPointers.Apart(weights.Row(row), rowStride * weights.RowBytes);
            MultiplyOne(rows, weights.Columns, x).Store(Rows, output + row, rowStride);
        }
        if (streams.Rest == end)
            return;
        var rest = RowPointers.Of(weights, streams.Rest, end - streams.Rest);
        MultiplyOne(rest, weights.Columns, x).Store(end - streams.Rest, output + streams.Rest, 1);
    }

    /// <summary>Four rows of weights with one input.</summary>
    private static FourSums MultiplyOne(in RowPointers rows, int columns, float* x)
    {
        var whole = columns & -Step;
        Vector512<float> a = default, b = default, c = default, d = default;
        var notFinite = Vector512<ushort>.Zero;
        byte* row0 = rows[0], row1 = rows[1], row2 = rows[2], row3 = rows[3];
        for (var i = 0; i < whole; i += Step)
        {
            Prefetch(row0);
            Prefetch(row1);
            Prefetch(row2);
            Prefetch(row3);
            notFinite |= TFormat.NotFinite(row0) | TFormat.NotFinite(row1) | TFormat.NotFinite(row2) | TFormat.NotFinite(row3);
            var input = Vector512.Load(x + i);
            a = Vector512.FusedMultiplyAdd(input, TFormat.LoadFinite(row0), a);
            b = Vector512.FusedMultiplyAdd(input, TFormat.LoadFinite(row1), b);
            c = Vector512.FusedMultiplyAdd(input, TFormat.LoadFinite(row2), c);
            d = Vector512.FusedMultiplyAdd(input, TFormat.LoadFinite(row3), d);
            input = Vector512.Load(x + i + Lanes.Count);
            a = Vector512.FusedMultiplyAdd(input, TFormat.LoadFinite(row0 + Lanes.Count * TFormat.Bytes), a);
            b = Vector512.FusedMultiplyAdd(input, TFormat.LoadFinite(row1 + Lanes.Count * TFormat.Bytes), b);
            c = Vector512.FusedMultiplyAdd(input, TFormat.LoadFinite(row2 + Lanes.Count * TFormat.Bytes), c);
            d = Vector512.FusedMultiplyAdd(input, TFormat.LoadFinite(row3 + Lanes.Count * TFormat.Bytes), d);
            row0 += Step * TFormat.Bytes;
            row1 += Step * TFormat.Bytes;
            row2 += Step * TFormat.Bytes;
            row3 += Step * TFormat.Bytes;
        }
        var isFinite = (notFinite & Vector512.Create((ushort)0x8000)) == Vector512<ushort>.Zero;
        var sums = isFinite ? new FourSums(a, b, c, d) : default;
        var done = isFinite ? whole : 0;
        AddOne<TFormat>(rows.Advance((long)done * TFormat.Bytes), (columns & -Lanes.Count) - done, x + done, &sums);
        var tail = columns % Lanes.Count;
        return tail > 0 ? AddTail(rows, columns - tail, tail, x + columns - tail, sums) : sums;
    }

    /// <summary>Fetches what <see cref="Step"/> elements of a stream take; they are one line or two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* row)
    {
        Hint.Prefetch(row + PrefetchDistance);
        if (Step * TFormat.Bytes > 64)
            Hint.Prefetch(row + PrefetchDistance + 64);
    }

    private static void AddOne<TSource>(in RowPointers rows, int width, float* x, FourSums* sums)
        where TSource : struct, IFloatFormat
    {
        byte* row0 = rows[0], row1 = rows[1], row2 = rows[2], row3 = rows[3];
        var (a, b, c, d) = (sums->A, sums->B, sums->C, sums->D);
        for (var i = 0; i < width; i += Lanes.Count)
        {
            var input = Vector512.Load(x + i);
            a = Vector512.FusedMultiplyAdd(input, TSource.Load(row0 + i * TSource.Bytes), a);
            b = Vector512.FusedMultiplyAdd(input, TSource.Load(row1 + i * TSource.Bytes), b);
            c = Vector512.FusedMultiplyAdd(input, TSource.Load(row2 + i * TSource.Bytes), c);
            d = Vector512.FusedMultiplyAdd(input, TSource.Load(row3 + i * TSource.Bytes), d);
        }
        *sums = new FourSums(a, b, c, d);
    }

    /// <summary>Adds the last, incomplete lanes with zeros behind them.</summary>
    private static FourSums AddTail(in RowPointers rows, int column, int rest, float* x, in FourSums sums)
    {
        var input = Lanes.LoadTail(x, rest);
        var tails = rows.Advance((long)column * TFormat.Bytes);
        return new FourSums(
            Vector512.FusedMultiplyAdd(input, LoadTail(tails[0], rest), sums.A),
            Vector512.FusedMultiplyAdd(input, LoadTail(tails[1], rest), sums.B),
            Vector512.FusedMultiplyAdd(input, LoadTail(tails[2], rest), sums.C),
            Vector512.FusedMultiplyAdd(input, LoadTail(tails[3], rest), sums.D));
    }

    /// <summary>Reads nothing behind the last element: a mapped file may end there.</summary>
    private static Vector512<float> LoadTail(byte* elements, int count)
    {
        var tail = Vector512<byte>.Zero;
        Unsafe.CopyBlockUnaligned(&tail, elements, (uint)(count * TFormat.Bytes));
        return TFormat.Load((byte*)&tail);
    }

    /// <summary>One input's sums with 4 rows, in this order: <see cref="AddHalf"/> takes them by halves.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct FourSums(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        public readonly Vector512<float> A = a;
        public readonly Vector512<float> B = b;
        public readonly Vector512<float> C = c;
        public readonly Vector512<float> D = d;

        /// <summary>Stores the first <paramref name="count"/> sums, <paramref name="rowStride"/> floats from each to the next.</summary>
        public void Store(int count, float* output, nint rowStride)
        {
            output[0] = Lanes.Sum(A);
            if (count > 1) output[rowStride] = Lanes.Sum(B);
            if (count > 2) output[2 * rowStride] = Lanes.Sum(C);
            if (count > 3) output[3 * rowStride] = Lanes.Sum(D);
        }
    }

    /// <summary>Four weight rows; where fewer are left, the last one stands for the missing, and their sums are not stored.</summary>
    private readonly struct RowPointers(byte* row0, byte* row1, byte* row2, byte* row3)
    {
        private readonly byte* _row0 = row0;
        private readonly byte* _row1 = row1;
        private readonly byte* _row2 = row2;
        private readonly byte* _row3 = row3;

        public byte* this[int row] => row switch
        {
            0 => _row0,
            1 => _row1,
            2 => _row2,
            _ => _row3,
        };

        public static RowPointers Of(in WeightMatrix weights, int first, int count) => new(
            weights.Row(first),
            weights.Row(first + Math.Min(1, count - 1)),
            weights.Row(first + Math.Min(2, count - 1)),
            weights.Row(first + count - 1));

        public static RowPointers Apart(byte* first, long bytes) =>
            new(first, first + bytes, first + 2 * bytes, first + 3 * bytes);

        public RowPointers Advance(long bytes) => new(_row0 + bytes, _row1 + bytes, _row2 + bytes, _row3 + bytes);
    }
}
