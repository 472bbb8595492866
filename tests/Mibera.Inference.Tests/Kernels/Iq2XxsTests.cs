using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels;
using Mibera.Inference.Simd;
using static Mibera.Inference.Tests.Kernels.KernelEqualityTests;

namespace Mibera.Inference.Tests.Kernels;

/// <summary>IQ2_XXS has two kernels on AVX2, and a machine's maker decides which the table has: here both are tested anywhere.</summary>
public unsafe class Iq2XxsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void BitsAreThoseOfTheScalarKernel(bool planes)
    {
        var kernel = Kernel(planes);
        foreach (var units in new[] { 1, 2, 5 })
        {
            foreach (var pattern in RandomBlocks.Patterns)
            {
                foreach (var activations in RandomActivations.Patterns)
                {
                    using var input = Input(1, 256 * units, activations);
                    var blocks = RandomBlocks.Rows(GgmlType.IQ2_XXS, 21, 256 * units, pattern, seed: 71);
                    Compare(kernel, blocks, 21, 256 * units, 0, 21, input, $"{pattern}, {activations}, {units} units");
                }
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void LongRowsAreExact(bool planes)
    {
        using var input = Input(1, 17920, ActivationPattern.RandomSigns);
        var blocks = RandomBlocks.Rows(GgmlType.IQ2_XXS, 32, 17920, BlockPattern.Corners, seed: 83);
        Compare(Kernel(planes), blocks, 32, 17920, 0, 32, input, "long rows");
        Compare(Kernel(planes), blocks, 32, 17920, 16, 29, input, "rows 16 to 28");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NonFiniteNumbersStayWhereTheyAre(bool planes)
    {
        var random = new TestRandom(79);
        var blocks = new byte[(int)GgmlType.IQ2_XXS.RowBytes(512) * 256];
        for (var i = 0; i < blocks.Length; i++)
            blocks[i] = (byte)random.Next();
        using var input = Input(1, 512, ActivationPattern.Gaussian);
        Compare(Kernel(planes), blocks, 256, 512, 0, 256, input, "random bytes");
        input.Data[300] = float.NaN;
        input.Reset(1);
        Compare(Kernel(planes), blocks, 256, 512, 0, 256, input, "random bytes and a NaN");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NothingOutsideTheMatrixIsRead(bool planes)
    {
        var kernel = Kernel(planes);
        foreach (var (rows, units) in new[] { (1, 1), (5, 1), (16, 3), (21, 2) })
        {
            using var input = Input(1, 256 * units, ActivationPattern.Gaussian);
            var bytes = (int)GgmlType.IQ2_XXS.RowBytes(256 * units) * rows;
            using var first = GuardedBuffer.AtStart(bytes);
            using var last = GuardedBuffer.AtEnd(bytes);
            foreach (var buffer in new[] { first, last })
            {
                RandomBlocks.Fill(buffer.Span, GgmlType.IQ2_XXS, BlockPattern.Random, seed: 73);
                Compare(kernel, buffer.Pointer, rows, 256 * units, 0, rows, input, $"{rows} rows of {units} units");
            }
        }
    }

    private static MatrixKernel Kernel(bool planes)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(InstructionSet.Avx2), "This machine has no avx2.");
        return planes ? KernelTable.CreateIq2XxsPlanes() : KernelTable.CreateIq2XxsLoads();
    }
}
