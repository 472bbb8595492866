using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Threading;
using static Mibera.Inference.Tests.Kernels.KernelEqualityTests;

namespace Mibera.Inference.Tests.Kernels;

/// <summary>
/// Matrix x matrix gives the scalar kernel's bits for every format, instruction set and number of inputs, and reads and writes
/// nothing beside its rows.
/// </summary>
public unsafe class BatchEqualityTests
{
    /// <summary>So few that they may go without a panel (two, three and four at once), and so many that all need one.</summary>
    private static readonly int[] FewAndMany = [2, 3, 4, 11];

    public static TheoryData<GgmlType, string> Cells => KernelEqualityTests.Cells;

    [Theory]
    [MemberData(nameof(Cells))]
    public void EveryNumberOfInputsIsExact(GgmlType type, string set)
    {
        var kernel = Kernel(type, set);
        const int Columns = 512;
        foreach (var count in new[] { 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 31, 32, 33, 64, 100 })
        {
            using var input = Input(count, Columns, ActivationPattern.Gaussian);
            var blocks = RandomBlocks.Rows(type, 48, Columns, BlockPattern.Random, (ulong)count);
            Compare(kernel, blocks, 48, Columns, 0, 48, input, $"{count} inputs");
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void ExtremesAreExact(GgmlType type, string set)
    {
        var kernel = Kernel(type, set);
        foreach (var pattern in RandomBlocks.Patterns)
        {
            foreach (var activations in RandomActivations.Patterns)
            {
                foreach (var count in FewAndMany)
                {
                    using var input = Input(count, 768, activations);
                    var blocks = RandomBlocks.Rows(type, 32, 768, pattern, seed: 41);
                    Compare(kernel, blocks, 32, 768, 0, 32, input, $"{pattern}, {activations}, {count} inputs");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void RaggedRowRangesAreExact(GgmlType type, string set)
    {
        var kernel = Kernel(type, set);
        const int Columns = 256;
        foreach (var count in FewAndMany)
        {
            using var input = Input(count, Columns, ActivationPattern.Outliers);
            for (var rows = 1; rows <= 70; rows += rows < 34 ? 1 : 5)
            {
                var blocks = RandomBlocks.Rows(type, rows, Columns, BlockPattern.Random, (ulong)rows);
                for (var begin = 0; begin < rows; begin += 16)
                    Compare(kernel, blocks, rows, Columns, begin, rows, input, $"rows {begin} to {rows}, {count} inputs");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void RowsNeedNotFillAChunk(GgmlType type, string set)
    {
        var kernel = Kernel(type, set);
        var step = Math.Max(type.Block().Elements, kernel.Form == ActivationForm.Int8Block256 ? 256 : 32);
        foreach (var units in new[] { 1, 2, 3, 5, 9, 18, 21 })
        {
            var columns = units * step;
            using var input = Input(11, columns, ActivationPattern.Gaussian);
            Compare(kernel, RandomBlocks.Rows(type, 33, columns, BlockPattern.Random, seed: 43), 33, columns, 0, 33, input, $"{columns} columns");
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void LongRowsAreExact(GgmlType type, string set)
    {
        var kernel = Kernel(type, set);
        const int Columns = 17920;
        foreach (var count in FewAndMany)
        {
            using var input = Input(count, Columns, ActivationPattern.RandomSigns);
            var blocks = RandomBlocks.Rows(type, 17, Columns, BlockPattern.Corners, seed: 47);
            Compare(kernel, blocks, 17, Columns, 0, 17, input, $"long rows, {count} inputs");
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void NonFiniteNumbersStayWhereTheyAre(GgmlType type, string set)
    {
        var kernel = Kernel(type, set);
        const int Columns = 512;
        var random = new TestRandom(53);
        var blocks = new byte[(int)type.RowBytes(Columns) * 128];
        for (var i = 0; i < blocks.Length; i++)
            blocks[i] = (byte)random.Next();
        foreach (var count in FewAndMany)
        {
            using var input = Input(count, Columns, ActivationPattern.Gaussian);
            input.Row(count / 2)[300] = float.NaN;
            input.Row(count - 1)[0] = float.NegativeInfinity;
            input.Reset(count);
            Compare(kernel, blocks, 128, Columns, 0, 128, input, $"random bytes, {count} inputs");
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void MoreInputsThanAPanelMeetsAtOnce(GgmlType type, string set)
    {
        var kernel = Kernel(type, set);
        using var input = Input(BatchScratch.MaxInputs + 3, 256, ActivationPattern.Gaussian);
        Compare(kernel, RandomBlocks.Rows(type, 3, 256, BlockPattern.Random, seed: 59), 3, 256, 0, 3, input, "many inputs");
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void NothingOutsideTheMatrixIsRead(GgmlType type, string set)
    {
        var kernel = Kernel(type, set);
        foreach (var (rows, units) in new[] { (1, 1), (5, 1), (16, 3), (21, 2), (32, 5), (50, 1) })
        {
            var columns = units * Math.Max(type.Block().Elements, kernel.Form == ActivationForm.Int8Block256 ? 256 : 32);
            var bytes = (int)type.RowBytes(columns) * rows;
            using var first = GuardedBuffer.AtStart(bytes);
            using var last = GuardedBuffer.AtEnd(bytes);
            foreach (var buffer in new[] { first, last })
            {
                RandomBlocks.Fill(buffer.Span, type, BlockPattern.Random, seed: 61);
                foreach (var count in FewAndMany)
                {
                    using var input = Input(count, columns, ActivationPattern.Gaussian);
                    Compare(kernel, buffer.Pointer, rows, columns, 0, rows, input, $"{rows} rows of {units} units, {count} inputs");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void OneInputAloneGivesTheSameBits(GgmlType type, string set)
    {
        var kernel = Kernel(type, set);
        const int Columns = 1280;
        const int Rows = 80;
        using var many = Input(11, Columns, ActivationPattern.Gaussian);
        using var one = new Activations(1, Columns);
        var (all, single) = (new float[Rows * many.Rows], new float[Rows]);
        fixed (byte* data = RandomBlocks.Rows(type, Rows, Columns, BlockPattern.Random, seed: 67))
        fixed (float* pAll = all, pSingle = single)
        {
            var weights = new WeightMatrix(type, data, Rows, Columns);
            kernel.Prepare(many, WorkerPool.Inline);
            kernel.Multiply(weights, many, 0, Rows, pAll, Rows);
            for (var t = 0; t < many.Rows; t++)
            {
                one.Reset(1);
                new ReadOnlySpan<float>(many.Row(t), Columns).CopyTo(new Span<float>(one.Data, Columns));
                kernel.Prepare(one, WorkerPool.Inline);
                kernel.Multiply(weights, one, 0, Rows, pSingle, Rows);
                Assert.Equal(all.AsSpan(t * Rows, Rows).ToArray(), single);
            }
        }
    }
}
