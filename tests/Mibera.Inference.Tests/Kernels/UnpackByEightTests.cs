using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Kernels.Generic;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;
using static Mibera.Inference.Tests.Kernels.KernelEqualityTests;
using Panel = System.Runtime.Intrinsics.Vector512<byte>;

namespace Mibera.Inference.Tests.Kernels;

/// <summary>Panels of sixteen rows that are unpacked by eight, as Zen 4 does, and by sixteen, give the scalar kernel's bits.</summary>
public class UnpackByEightTests
{
    public UnpackByEightTests() =>
        Assert.SkipUnless(InstructionSets.IsSupported(InstructionSet.Avx512), "This machine has no avx512.");

    [Fact]
    public void Q2K() => BitsAreThoseOfTheScalarKernel<Q2K, Unsigned<Four>>();

    [Fact]
    public void Q3K() => BitsAreThoseOfTheScalarKernel<Q3K, Signed<Four>>();

    [Fact]
    public void Q4K() => BitsAreThoseOfTheScalarKernel<Q4K, Unsigned<Eight>>();

    [Fact]
    public void Q6K() => BitsAreThoseOfTheScalarKernel<Q6K, Signed<Two>>();

    [Fact]
    public void IQ4XS() => BitsAreThoseOfTheScalarKernel<IQ4XS, Wide>();

    [Fact]
    public void Q50() => BitsAreThoseOfTheScalarKernel<Q50, Signed<Four>>();

    [Fact]
    public void Q80() => BitsAreThoseOfTheScalarKernel<Q80, Wide>();

    [Fact]
    public void NVFP4() => BitsAreThoseOfTheScalarKernel<NVFP4, Signed<Four>>();

    private static void BitsAreThoseOfTheScalarKernel<TFormat, TProducts>()
        where TFormat : struct, IVectorFormat
        where TProducts : struct, IProducts
    {
        foreach (var bySixteen in new[] { false, true })
        {
            var batch = new PanelBatch<TFormat, TProducts, Avx2Isa, Avx512Panel, Panel>(bySixteen);
            // Five inputs never meet matrix x vector.
            var kernel = new BlockKernel<TFormat>(new SuperBlockDecode<TFormat, PortableIsa>(), batch);
            foreach (var pattern in RandomBlocks.Patterns)
            {
                using var input = Input(5, 768, ActivationPattern.Outliers);
                var blocks = RandomBlocks.Rows(TFormat.Type, 75, 768, pattern, seed: 211);
                Compare(kernel, blocks, 75, 768, 0, 75, input, $"{pattern}, by sixteen: {bySixteen}");
            }
        }
    }
}
