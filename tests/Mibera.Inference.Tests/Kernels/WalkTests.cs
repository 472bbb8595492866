using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;
using static Mibera.Inference.Tests.Kernels.KernelEqualityTests;

namespace Mibera.Inference.Tests.Kernels;

/// <summary>All walks and row orders of AVX-512, of which a processor takes one by its kind, give the scalar kernel's bits.</summary>
public class WalkTests
{
    [Fact]
    public void Q2K() => BitsAreThoseOfTheScalarKernel<Q2K, Q2K.Avx512>();

    [Fact]
    public void Q3K() => BitsAreThoseOfTheScalarKernel<Q3K, Q3K.Avx512>();

    [Fact]
    public void Q4K() => BitsAreThoseOfTheScalarKernel<Q4K, Q4K.Avx512>();

    [Fact]
    public void Q5K() => BitsAreThoseOfTheScalarKernel<Q5K, Q5K.Avx512>();

    [Fact]
    public void Q6K() => BitsAreThoseOfTheScalarKernel<Q6K, Q6K.Avx512>();

    [Fact]
    public void IQ4XS() => BitsAreThoseOfTheScalarKernel<IQ4XS, IQ4XS.Avx512>();

    [Fact]
    public void TQ20() => BitsAreThoseOfTheScalarKernel<TQ20, TQ20.Avx512>();

    [Fact]
    public void IQ1S() => BitsAreThoseOfTheScalarKernel<IQ1S, RowPairs<IQ1S.Avx512>>();

    [Fact]
    public void IQ1M() => BitsAreThoseOfTheScalarKernel<IQ1M, RowPairs<IQ1M.Avx512>>();

    [Fact]
    public void IQ3S() => BitsAreThoseOfTheScalarKernel<IQ3S, RowPairs<IQ3S.Avx512>>();

    [Fact]
    public void Q40() => SmallBlocks<Q40, Q40.Avx512>();

    [Fact]
    public void Q51() => SmallBlocks<Q51, Q51.Avx512>();

    [Fact]
    public void Q80() => SmallBlocks<Q80, Q80.Avx512>();

    [Fact]
    public void IQ4NL() => SmallBlocks<IQ4NL, IQ4NL.Avx512>();

    [Fact]
    public void NVFP4() => SmallBlocks<NVFP4, NVFP4.Avx512>();

    [Fact]
    public void LongRowsByEight()
    {
        Assert.SkipUnless(InstructionSets.IsSupported(InstructionSet.Avx512), "This machine has no avx512.");
        Compare<Q4K>(new SuperBlockDecode<Q4K.Avx512, RowLengthWalk>(), 256, [50 * 256], [1], [BlockPattern.Random]);
    }

    private static void SmallBlocks<TFormat, TCell>()
        where TFormat : struct, IColumnFormat
        where TCell : struct, ISmallBlockCell
    {
        Assert.SkipUnless(InstructionSets.IsSupported(InstructionSet.Avx512), "This machine has no avx512.");
        int[] columns = [64, 192, 640];
        Compare<TFormat>(new SmallBlockDecode<TCell, AdjacentRows>(), 32, columns, [1, 3], RandomBlocks.Patterns);
        Compare<TFormat>(new SmallBlockDecode<TCell, AdjacentPairs>(), 32, columns, [1, 3], RandomBlocks.Patterns);
        Compare<TFormat>(new SmallBlockDecode<TCell, StreamedRows>(), 32, columns, [1, 3], RandomBlocks.Patterns);
    }

    private static void BitsAreThoseOfTheScalarKernel<TFormat, TCell>()
        where TFormat : struct, IVectorFormat
        where TCell : struct, ISuperBlockCell
    {
        Assert.SkipUnless(InstructionSets.IsSupported(InstructionSet.Avx512), "This machine has no avx512.");
        Compare<TFormat>(new SuperBlockDecode<TCell, EightRowWalk<AdjacentRows>>());
        Compare<TFormat>(new SuperBlockDecode<TCell, EightRowWalk<AdjacentPairs>>());
        Compare<TFormat>(new SuperBlockDecode<TCell, EightRowWalk<StreamedRows>>());
        Compare<TFormat>(new SuperBlockDecode<TCell, SixteenRowWalk>());
        Compare<TFormat>(new SuperBlockDecode<TCell, RowLengthWalk>());
    }

    private static void Compare<TFormat>(DecodeKernel decode)
        where TFormat : struct, IVectorFormat => Compare<TFormat>(decode, 256, [256, 512, 768], [1, 2, 3, 5], RandomBlocks.Patterns);

    private static void Compare<TFormat>(
        DecodeKernel decode, int block, int[] widths, int[] inputCounts, IReadOnlyList<BlockPattern> patterns)
        where TFormat : struct, IVectorFormat
    {
        const int Rows = 61;
        var kernel = new BlockKernel<TFormat>(decode, new OneByOneBatch(decode, block));
        foreach (var columns in widths)
        {
            foreach (var inputs in inputCounts)
            {
                foreach (var pattern in patterns)
                {
                    using var input = Input(inputs, columns, ActivationPattern.Outliers);
                    var blocks = RandomBlocks.Rows(TFormat.Type, Rows, columns, pattern, seed: 131);
                    KernelEqualityTests.Compare(
                        kernel, blocks, Rows, columns, 0, Rows, input, $"{decode.GetType()}, {inputs} x {columns}, {pattern}");
                }
            }
        }
    }
}
