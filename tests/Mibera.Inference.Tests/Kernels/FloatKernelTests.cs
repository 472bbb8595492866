using System.Runtime.Intrinsics;
using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels;
using Mibera.Inference.Numerics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Tests.Kernels;

public unsafe class FloatKernelTests
{
    public static TheoryData<GgmlType> Types => [GgmlType.F32, GgmlType.F16, GgmlType.BF16];

    [Theory]
    [MemberData(nameof(Types))]
    public void HasTheBitsOfItsScalarStatement(GgmlType type)
    {
        foreach (var columns in (int[])[.. Enumerable.Range(1, 100), 1024, 1040, 2053, 2058])
        {
            foreach (var (rows, inputs) in (ReadOnlySpan<(int, int)>)
                [(1, 1), (6, 1), (23, 1), (150, 1), (3, 2), (6, 3), (4, 4), (7, 6), (5, 7), (9, 33), (2, 65)])
            {
                if (columns > 20 && columns % 7 != 0 && inputs > 7) continue;
                Check(type, rows, columns, inputs);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void RowRangesAreIndependent(GgmlType type)
    {
        CheckRowRanges(type, inputs: 1);
        CheckRowRanges(type, inputs: 3);
        CheckRowRanges(type, inputs: 5);
    }

    private static void CheckRowRanges(GgmlType type, int inputs)
    {
        using var input = Input(inputs, 72);
        var (whole, pieces) = (new float[inputs * 23], new float[inputs * 23]);
        fixed (byte* data = Weights(type, 23 * 72))
        fixed (float* w = whole, p = pieces)
        {
            var weights = new WeightMatrix(type, data, 23, 72);
            var kernel = KernelTable.Get(type, InstructionSet.Portable);
            kernel.Multiply(weights, input, 0, 23, w, 23);
            foreach (var (begin, end) in (ReadOnlySpan<(int, int)>)[(0, 4), (4, 5), (5, 16), (16, 23)])
                kernel.Multiply(weights, input, begin, end, p, 23);
        }
        FloatTestData.AssertSameBits(whole, pieces);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void NothingOutsideTheRowsIsRead(GgmlType type)
    {
        foreach (var columns in (int[])[1, 15, 16, 17, 80, 1031])
        {
            foreach (var inputs in (int[])[1, 2, 3, 5])
            {
                using var input = Input(inputs, columns);
                var output = new float[9 * inputs];
                var bytes = Weights(type, 9 * columns);
                foreach (var buffer in (GuardedBuffer[])[GuardedBuffer.AtStart(bytes.Length), GuardedBuffer.AtEnd(bytes.Length)])
                {
                    bytes.CopyTo(buffer.Span);
                    fixed (float* target = output)
                        KernelTable.Get(type, InstructionSet.Portable).Multiply(
                            new WeightMatrix(type, buffer.Pointer, 9, columns), input, 0, 9, target, 9);
                    Assert.Contains(output, value => value != 0f);
                    buffer.Dispose();
                }
            }
        }
    }

    [Fact]
    public void EveryHalfIsConvertedAsTheRuntimeConvertsIt()
    {
        var all = new byte[2 * 65536];
        for (var i = 0; i < 65536; i++)
            BitConverter.TryWriteBytes(all.AsSpan(2 * i), (ushort)i);
        var output = new float[65536];
        fixed (byte* row = all)
        fixed (float* target = output)
            KernelTable.Get(GgmlType.F16, InstructionSet.Portable).DecodeRow(row, 65536, target);
        for (var i = 0; i < 65536; i++)
        {
            var expected = (float)BitConverter.UInt16BitsToHalf((ushort)i);
            if (float.IsNaN(expected))
                Assert.True(float.IsNaN(output[i]), $"{i:x4}");
            else
                Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(output[i]));
        }
    }

    /// <summary>By sixteen, as vectors of 512 bits take them, and by eight.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public void HalvesOfLanesAreConvertedAlike(GgmlType type)
    {
        switch (type)
        {
            case GgmlType.F32: CheckHalves<F32Format>(); break;
            case GgmlType.F16: CheckHalves<F16Format>(); break;
            default: CheckHalves<BF16Format>(); break;
        }
    }

    private static void CheckHalves<TFormat>()
        where TFormat : struct, IFloatFormat
    {
        var elements = stackalloc ushort[32];
        for (var first = 0; first < 65536; first += 16)
        {
            for (var i = 0; i < 32; i++)
                elements[i] = (ushort)(first + i);
            var all = TFormat.Load((byte*)elements).AsInt32();
            Assert.Equal(all.GetLower(), TFormat.LoadEight((byte*)elements).AsInt32());
            Assert.Equal(all.GetUpper(), TFormat.LoadEight((byte*)elements + 8 * TFormat.Bytes).AsInt32());
        }
    }

    [Fact]
    public void EveryHalfIsMultipliedExactly()
    {
        const int Columns = 32;
        var all = new byte[2 * 65536];
        for (var i = 0; i < 65536; i++)
            BitConverter.TryWriteBytes(all.AsSpan(2 * i), Half.IsFinite(BitConverter.UInt16BitsToHalf((ushort)i)) ? (ushort)i : (ushort)0);
        var output = new float[65536 / Columns];
        using var input = new Activations(1, Columns);
        fixed (byte* rows = all)
        fixed (float* target = output)
        {
            for (var column = 0; column < Columns; column++)
            {
                input.Reset(1);
                new Span<float>(input.Data, Columns).Clear();
                input.Data[column] = 3f;
                KernelTable.Get(GgmlType.F16, InstructionSet.Portable).Multiply(
                    new WeightMatrix(GgmlType.F16, rows, output.Length, Columns), input, 0, output.Length, target, output.Length);
                for (var row = 0; row < output.Length; row++)
                    Assert.Equal(3f * F16Format.Decode(rows + 2 * (row * Columns + column)), output[row]);
            }
        }
    }

    /// <summary>A row that holds one has its own way through the kernel.</summary>
    [Theory]
    [InlineData(0x7C00)]
    [InlineData(0xFC00)]
    [InlineData(0x7E01)]
    [InlineData(0xFC01)]
    public void InfinityAndNotANumberAreMultipliedAsFloats(int special)
    {
        foreach (var columns in new[] { 5, 16, 32, 53, 96 })
        {
            for (var row = 0; row < 9; row++)
            {
                for (var at = row % 7; at < columns; at += 7)
                {
                    var bytes = Weights(GgmlType.F16, 9 * columns);
                    BitConverter.TryWriteBytes(bytes.AsSpan(2 * (row * columns + at)), (ushort)special);
                    foreach (var inputs in (int[])[1, 2, 3, 6, 7, 9])
                        Check(GgmlType.F16, 9, columns, inputs, bytes);
                }
            }
        }
    }

    /// <summary>A false alarm would show in no product, only in the time it takes.</summary>
    [Fact]
    public void InfinityAndNotANumberAndNothingElseAreReported()
    {
        var halves = stackalloc ushort[32];
        for (var i = 0; i < 65536; i++)
        {
            new Span<ushort>(halves, 32).Fill(0x3C00);
            halves[i % 32] = (ushort)i;
            var reported = (HalfVectors.NotFinite(halves) & Vector512.Create((ushort)0x8000)) != Vector512<ushort>.Zero;
            Assert.Equal(!Half.IsFinite(BitConverter.UInt16BitsToHalf((ushort)i)), reported);
        }
    }

    [Fact]
    public void RowsAreDecodedExactly()
    {
        foreach (var type in Types.Select(t => t.Data))
        {
            var output = new float[77];
            var bytes = Weights(type, 77);
            fixed (byte* row = bytes)
            fixed (float* target = output)
            {
                KernelTable.Get(type, InstructionSet.Portable).DecodeRow(row, 77, target);
                for (var i = 0; i < 77; i++)
                    Assert.Equal(Decode(type, row, i), output[i]);
            }
        }
    }

    private static void Check(GgmlType type, int rows, int columns, int inputs) =>
        Check(type, rows, columns, inputs, Weights(type, rows * columns));

    private static void Check(GgmlType type, int rows, int columns, int inputs, byte[] bytes)
    {
        using var input = Input(inputs, columns);
        var (expected, actual) = (new float[rows * inputs], new float[rows * inputs]);
        fixed (byte* data = bytes)
        fixed (float* target = actual)
        {
            KernelTable.Get(type, InstructionSet.Portable).Multiply(
                new WeightMatrix(type, data, rows, columns), input, 0, rows, target, rows);
            var w = new float[rows * columns];
            for (var i = 0; i < w.Length; i++)
                w[i] = Decode(type, data, i);
            for (var t = 0; t < inputs; t++)
            {
                var x = new Span<float>(input.Row(t), columns).ToArray();
                for (var r = 0; r < rows; r++)
                {
                    var row = r * columns;
                    expected[t * rows + r] = FloatTestData.LaneSum(columns, (sum, i) => float.FusedMultiplyAdd(x[i], w[row + i], sum));
                }
            }
        }
        FloatTestData.AssertSameBits(expected, actual);
    }

    private static Activations Input(int rows, int columns)
    {
        var input = new Activations(rows, columns);
        input.Reset(rows);
        FloatTestData.Uniform(rows * columns, 9, 3).CopyTo(new Span<float>(input.Data, rows * columns));
        return input;
    }

    private static byte[] Weights(GgmlType type, int count)
    {
        var values = FloatTestData.Uniform(count, 10);
        var bytes = new byte[type.RowBytes(count)];
        for (var i = 0; i < count; i++)
        {
            _ = type switch
            {
                GgmlType.F32 => BitConverter.TryWriteBytes(bytes.AsSpan(4 * i), values[i]),
                GgmlType.F16 => BitConverter.TryWriteBytes(bytes.AsSpan(2 * i), (Half)values[i]),
                _ => BitConverter.TryWriteBytes(bytes.AsSpan(2 * i), (ushort)(BitConverter.SingleToUInt32Bits(values[i]) >> 16)),
            };
        }
        return bytes;
    }

    private static float Decode(GgmlType type, byte* data, int i) => type switch
    {
        GgmlType.F32 => F32Format.Decode(data + 4 * i),
        GgmlType.F16 => F16Format.Decode(data + 2 * i),
        _ => BF16Format.Decode(data + 2 * i),
    };
}
