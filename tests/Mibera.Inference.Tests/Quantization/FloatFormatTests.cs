using Mibera.Inference.Gguf;
using Mibera.Inference.Quantization;

namespace Mibera.Inference.Tests.Quantization;

public unsafe class FloatFormatTests
{
    [Fact]
    public void F16DecodesAsGgml() => DecodesAsGgml<F16Format>(2);

    [Fact]
    public void BF16DecodesAsGgml() => DecodesAsGgml<BF16Format>(2);

    [Fact]
    public void F32IsTakenAsItIs()
    {
        // One byte off, as nothing promises alignment.
        var bytes = stackalloc byte[5];
        foreach (var value in new[] { 0f, -0f, 1.1f, float.Epsilon, float.MaxValue, float.NegativeInfinity, float.NaN })
        {
            BitConverter.GetBytes(value).CopyTo(new Span<byte>(bytes + 1, 4));
            AssertSameBits(value, F32Format.Decode(bytes + 1));
        }
    }

    [Theory]
    [InlineData(0x7c00, float.PositiveInfinity)]
    [InlineData(0xfc00, float.NegativeInfinity)]
    [InlineData(0x7e00, float.NaN)]
    [InlineData(0x0001, 5.9604645e-8f)]
    public void F16HasInfinitiesNaNAndSubnormals(int bits, float expected)
    {
        var half = (ushort)bits;
        Assert.Equal(expected, F16Format.Decode((byte*)&half));
    }

    private static void DecodesAsGgml<TFormat>(int size)
        where TFormat : struct, IFloatFormat
    {
        Assert.Equal(size, TFormat.Type.Block().Bytes);
        foreach (var kind in FormatFixtures.Kinds)
        {
            var blocks = FormatFixtures.Blocks(TFormat.Type, kind);
            var expected = FormatFixtures.Decoded(TFormat.Type, kind);
            fixed (byte* source = blocks)
            {
                for (var i = 0; i < expected.Length; i++)
                    AssertSameBits(expected[i], TFormat.Decode(source + size * i));
            }
        }
    }

    private static void AssertSameBits(float expected, float actual) =>
        Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(actual));
}
