using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;
using static Mibera.Inference.Tests.Kernels.KernelEqualityTests;

namespace Mibera.Inference.Tests.Kernels;

/// <summary>All walks and row orders of AVX-512, of which a processor takes one by its kind and the length of rows, give the scalar
/// kernel's bits.</summary>
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

    private static void BitsAreThoseOfTheScalarKernel<TFormat, TCell>()
        where TFormat : struct, IVectorFormat
        where TCell : struct, ISuperBlockCell
    {
        Assert.SkipUnless(InstructionSets.IsSupported(InstructionSet.Avx512), "This machine has no avx512.");
        Compare<TFormat>(new SuperBlockDecode<TCell, EightRowWalk<AdjacentRows>>());
        Compare<TFormat>(new SuperBlockDecode<TCell, EightRowWalk<AdjacentPairs>>());
        Compare<TFormat>(new SuperBlockDecode<TCell, EightRowWalk<StreamedRows>>());
        Compare<TFormat>(new SuperBlockDecode<TCell, SixteenRowWalk>());
    }

    private static void Compare<TFormat>(DecodeKernel decode)
        where TFormat : struct, IVectorFormat
    {
        const int Rows = 61;
        var kernel = new BlockKernel<TFormat>(decode, new OneByOneBatch(decode, block: 256));
        foreach (var columns in new[] { 256, 512, 768 })
        {
            foreach (var inputs in new[] { 1, 2, 3, 5 })
            {
                foreach (var pattern in RandomBlocks.Patterns)
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
