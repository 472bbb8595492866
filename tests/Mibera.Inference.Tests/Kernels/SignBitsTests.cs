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
        for (var first = 0; first < 256; first++)
        {
            var mask = SignBits.Mask<TIsa>(Signs(first));
            var codes = Vector256.Create((byte)first) + Vector256<byte>.Indices * 37;
            var even = Grids.EvenSigns<TIsa>(codes & Vector256.Create((byte)127));
            for (var i = 0; i < 32; i++)
            {
                Assert.Equal(IsNegative(first, i) ? 0xff : 0, mask[i]);
                Assert.Equal(Grids.EvenSigns((uint)codes[i] & 127), even[i]);
            }
        }
    }

    private static void CheckSigned(delegate*<sbyte*, int, Vector256<byte>, Vector256<sbyte>> signed)
    {
        var x = stackalloc sbyte[64];
        for (var i = 0; i < 32; i++)
            x[32 + i] = (sbyte)(i % 2 == 0 ? 127 - i : i - 128);
        x[40] = 0;
        for (var first = 0; first < 256; first++)
        {
            var applied = signed(x, 1, Signs(first));
            for (var i = 0; i < 32; i++)
                Assert.Equal(IsNegative(first, i) ? -x[32 + i] : x[32 + i], applied[i]);
        }
    }

    /// <summary>Eight copies of a byte of signs in each qword, another one in each.</summary>
    private static Vector256<byte> Signs(int first) => Vector256.Create(
        Copies(first, 0), Copies(first, 1), Copies(first, 2), Copies(first, 3)).AsByte();

    private static ulong Copies(int first, int group) => 0x0101_0101_0101_0101ul * SignsOf(first, group);

    private static byte SignsOf(int first, int group) => (byte)(first + 91 * group);

    private static bool IsNegative(int first, int i) => (SignsOf(first, i / 8) >> i % 8 & 1) != 0;
}
