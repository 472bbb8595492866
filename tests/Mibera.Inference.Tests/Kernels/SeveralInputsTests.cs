using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Generic;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;
using static Mibera.Inference.Tests.Kernels.KernelEqualityTests;

namespace Mibera.Inference.Tests.Kernels;

/// <summary>Several inputs at once, on portable vectors: so the loop is tested on machines whose table does not have it.</summary>
public class SeveralInputsTests
{
    [Fact]
    public void FormatsWithMinimums() => BitsAreThoseOfTheScalarKernel<Q4K>();

    [Fact]
    public void FormatsWithOffsets() => BitsAreThoseOfTheScalarKernel<Q6K>();

    [Fact]
    public void FormatsOfSignedWeights() => BitsAreThoseOfTheScalarKernel<IQ4XS>();

    [Fact]
    public void FormatsOfMagnitudesAndSigns() => BitsAreThoseOfTheScalarKernel<IQ2XS>();

    [Fact]
    public void FormatsWithoutSubBlockScales() => BitsAreThoseOfTheScalarKernel<TQ20>();

    private static void BitsAreThoseOfTheScalarKernel<TFormat>()
        where TFormat : struct, IVectorFormat
    {
        var kernel = new BlockKernel<TFormat>(new SuperBlockDecode<TFormat, PortableIsa>(), new SeveralInputsBatch<TFormat, PortableIsa>());
        foreach (var count in new[] { 2, 3, 4, 5, 8 })
        {
            foreach (var pattern in RandomBlocks.Patterns)
            {
                using var input = Input(count, 512, ActivationPattern.Outliers);
                var blocks = RandomBlocks.Rows(TFormat.Type, 21, 512, pattern, seed: 97);
                Compare(kernel, blocks, 21, 512, 0, 21, input, $"{pattern}, {count} inputs");
            }
            // Streams of several rows, steps, and a rest.
            using var one = Input(count, 256, ActivationPattern.Outliers);
            var rows = RandomBlocks.Rows(TFormat.Type, 150, 256, RandomBlocks.Patterns[0], seed: 98);
            Compare(kernel, rows, 150, 256, 0, 150, one, $"{count} inputs, 150 rows");
            Compare(kernel, rows, 150, 256, 16, 149, one, $"{count} inputs, rows 16 to 148");
        }
    }
}
