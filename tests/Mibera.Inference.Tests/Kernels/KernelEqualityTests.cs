using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels;
using Mibera.Inference.Simd;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Tests.Kernels;

/// <summary>
/// Every cell of the kernel table gives the scalar kernel's bits, on every instruction set of this machine, whatever the
/// blocks hold, and reads nothing but the rows it was given.
/// </summary>
public unsafe class KernelEqualityTests
{
    private const string Adjacent = " with adjacent rows";
    private const string InStreams = " with rows in streams";

    /// <summary>All of them, of AVX-512 two of each; what other processors take is in <see cref="WalkTests"/>.</summary>
    public static TheoryData<GgmlType, string> Cells
    {
        get
        {
            var cells = new TheoryData<GgmlType, string>();
            foreach (var set in Enum.GetValues<InstructionSet>())
            {
                foreach (var type in Enum.GetValues<GgmlType>())
                {
                    var name = InstructionSets.Name(set);
                    if (set == InstructionSet.Avx512 && KernelTable.CreateAvx512Cell(type, inStreams: false) is not null)
                    {
                        cells.Add(type, name + Adjacent);
                        cells.Add(type, name + InStreams);
                    }
                    else if (KernelTable.Cell(type, set) is not null)
                    {
                        cells.Add(type, name);
                    }
                }
            }
            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void BitsAreThoseOfTheScalarKernel(GgmlType type, string set)
    {
        var kernel = Kernel(type, set);
        foreach (var units in new[] { 1, 2, 3, 5, 6, 7, 20 })
        {
            var columns = units * Math.Max(type.Block().Elements, kernel.Form == ActivationForm.Int8Block256 ? 256 : 32);
            foreach (var pattern in RandomBlocks.Patterns)
            {
                foreach (var activations in RandomActivations.Patterns)
                {
                    using var input = Input(1, columns, activations);
                    var blocks = RandomBlocks.Rows(type, 32, columns, pattern, seed: 17);
                    Compare(kernel, blocks, 32, columns, 0, 32, input, $"{pattern}, {activations}, {units} units");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void RaggedRowRangesAreExact(GgmlType type, string set)
    {
        var kernel = Kernel(type, set);
        const int Columns = 768;
        using var input = Input(1, Columns, ActivationPattern.Gaussian);
        for (var rows = 1; rows <= 40; rows++)
        {
            var blocks = RandomBlocks.Rows(type, rows, Columns, BlockPattern.Random, (ulong)rows);
            for (var begin = 0; begin < rows; begin += 16)
                Compare(kernel, blocks, rows, Columns, begin, rows, input, $"rows {begin} to {rows}");
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void SeveralInputRowsGiveTheBitsOfEachAlone(GgmlType type, string set)
    {
        var kernel = Kernel(type, set);
        const int Columns = 1280;
        foreach (var count in new[] { 2, 3, 5, 8, 17 })
        {
            using var input = Input(count, Columns, ActivationPattern.Gaussian);
            var blocks = RandomBlocks.Rows(type, 37, Columns, BlockPattern.Random, seed: 23);
            Compare(kernel, blocks, 37, Columns, 0, 37, input, $"{count} inputs");
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void LongRowsAreExact(GgmlType type, string set)
    {
        var kernel = Kernel(type, set);
        const int Columns = 17920;
        using var input = Input(1, Columns, ActivationPattern.Outliers);
        Compare(kernel, RandomBlocks.Rows(type, 16, Columns, BlockPattern.Corners, seed: 29), 16, Columns, 0, 16, input, "long rows");
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void ANonFiniteActivationGivesNaNEverywhere(GgmlType type, string set)
    {
        var kernel = Kernel(type, set);
        const int Columns = 768;
        using var input = Input(1, Columns, ActivationPattern.Gaussian);
        input.Data[Columns - 1] = float.NaN;
        input.Reset(1);
        Compare(kernel, RandomBlocks.Rows(type, 16, Columns, BlockPattern.Random, seed: 31), 16, Columns, 0, 16, input, "NaN input");
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void RandomScalesIncludeInfinitiesAndNaN(GgmlType type, string set)
    {
        var kernel = Kernel(type, set);
        const int Columns = 512;
        using var input = Input(1, Columns, ActivationPattern.Gaussian);
        var random = new TestRandom(37);
        var blocks = new byte[(int)type.RowBytes(Columns) * 512];
        for (var i = 0; i < blocks.Length; i++)
            blocks[i] = (byte)random.Next();
        Compare(kernel, blocks, 512, Columns, 0, 512, input, "random bytes");
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void NothingOutsideTheMatrixIsRead(GgmlType type, string set)
    {
        var kernel = Kernel(type, set);
        foreach (var (rows, units) in new[] { (1, 1), (5, 1), (16, 3), (21, 2), (32, 5) })
        {
            var columns = units * Math.Max(type.Block().Elements, kernel.Form == ActivationForm.Int8Block256 ? 256 : 32);
            using var input = Input(1, columns, ActivationPattern.Gaussian);
            var bytes = (int)type.RowBytes(columns) * rows;
            using var first = GuardedBuffer.AtStart(bytes);
            using var last = GuardedBuffer.AtEnd(bytes);
            foreach (var buffer in new[] { first, last })
            {
                RandomBlocks.Fill(buffer.Span, type, BlockPattern.Random, seed: 3);
                Compare(kernel, buffer.Pointer, rows, columns, 0, rows, input, $"{rows} rows of {units} units");
            }
        }
    }

    internal static MatrixKernel Kernel(GgmlType type, string name)
    {
        var set = Enum.GetValues<InstructionSet>().Single(candidate => InstructionSets.Name(candidate) == name.Split(' ')[0]);
        Assert.SkipUnless(InstructionSets.IsSupported(set), $"This machine has no {InstructionSets.Name(set)}.");
        return name.Contains(' ')
            ? KernelTable.CreateAvx512Cell(type, name.EndsWith(InStreams, StringComparison.Ordinal))!
            : KernelTable.Cell(type, set)!;
    }

    internal static Activations Input(int rows, int columns, ActivationPattern pattern)
    {
        var input = new Activations(rows, columns);
        input.Reset(rows);
        for (var t = 0; t < rows; t++)
            RandomActivations.Fill(new Span<float>(input.Row(t), columns), pattern, (ulong)t + 2);
        return input;
    }

    internal static void Compare(
        MatrixKernel kernel, byte[] blocks, int rows, int columns, int begin, int end, Activations input, string what)
    {
        fixed (byte* data = blocks)
            Compare(kernel, data, rows, columns, begin, end, input, what);
    }

    internal static void Compare(
        MatrixKernel kernel, byte* data, int rows, int columns, int begin, int end, Activations input, string what)
    {
        var weights = new WeightMatrix(kernel.Type, data, rows, columns);
        var expected = Multiply(KernelTable.Scalar(kernel.Type), weights, begin, end, input);
        var actual = Multiply(kernel, weights, begin, end, input);
        for (var i = 0; i < expected.Length; i++)
        {
            // Which NaN it is depends on the order of operands, which instruction sets differ in.
            if (float.IsNaN(expected[i]) && float.IsNaN(actual[i]))
                continue;
            Assert.True(
                BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]),
                $"{kernel.Type}, {what}: row {i % rows} of input {i / rows} is {actual[i]:R} instead of {expected[i]:R}.");
        }
    }

    /// <summary>All outputs, with a mark where nothing must be written.</summary>
    private static float[] Multiply(MatrixKernel kernel, WeightMatrix weights, int begin, int end, Activations input)
    {
        var output = new float[weights.Rows * input.Rows];
        Array.Fill(output, 12345f);
        kernel.Prepare(input, WorkerPool.Inline);
        fixed (float* target = output)
            kernel.Multiply(weights, input, begin, end, target, weights.Rows);
        return output;
    }
}
