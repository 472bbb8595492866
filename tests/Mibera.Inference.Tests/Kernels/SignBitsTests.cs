using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Tests.Kernels;

/// <summary>Signs that are bits, as each instruction set takes them apart.</summary>
public unsafe class SignBitsTests
{
    [Fact]
    public void WithPortableVectors() => Check<PortableIsa>();

    [Fact]
    public void WithAvx2()
    {
        Assert.SkipUnless(InstructionSets.IsSupported(InstructionSet.Avx2), "This machine has no avx2.");
        Check<Avx2Isa>();
        CheckSigned(&Avx2Isa.Signed);
    }

    [Fact]
    public void WithAvxVnni()
    {
        Assert.SkipUnless(InstructionSets.IsSupported(InstructionSet.AvxVnni), "This machine has no avxvnni.");
        Check<AvxVnniIsa>();
        CheckSigned(&AvxVnniIsa.Signed);
    }

    [Fact]
    public void WithNeon()
    {
        Assert.SkipUnless(InstructionSets.IsSupported(InstructionSet.Neon), "This machine has no neon.");
        Check<NeonIsa>();
    }

    private static void Check<TIsa>()
        where TIsa : struct, IIsa
    {
        for (var bits = 0; bits < 256; bits++)
        {
            var mask = SignBits.Mask<TIsa>(Vector256.Create((byte)bits));
            var even = Grids.EvenSigns<TIsa>(Vector256.Create((byte)(bits & 127)));
            for (var i = 0; i < 32; i++)
            {
                Assert.Equal(IsNegative(bits, i) ? 0xff : 0, mask[i]);
                Assert.Equal(Grids.EvenSigns((uint)bits & 127), even[i]);
            }
        }
    }

    private static void CheckSigned(delegate*<sbyte*, int, Vector256<byte>, Vector256<sbyte>> signed)
    {
        var x = stackalloc sbyte[32];
        for (var i = 0; i < 32; i++)
            x[i] = (sbyte)(i % 2 == 0 ? 127 - i : i - 127);
        x[7] = 0;
        for (var signs = 0; signs < 256; signs++)
        {
            var applied = signed(x, 0, Vector256.Create((byte)signs));
            for (var i = 0; i < 32; i++)
                Assert.Equal(IsNegative(signs, i) ? -x[i] : x[i], applied[i]);
        }
    }

    private static bool IsNegative(int signs, int i) => (signs >> i % 8 & 1) != 0;
}
