using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels;

namespace Mibera.Inference.Tests.Quantization;

public unsafe class BlockFormatTests
{
    public static TheoryData<GgmlType> BlockTypes =>
        [.. Enum.GetValues<GgmlType>().Where(type => type.IsWeightFormat() && type.Block().Elements > 1)];

    [Theory]
    [MemberData(nameof(BlockTypes))]
    public void DecodesBitForBitAsGgml(GgmlType type)
    {
        Fixtures.Path("formats/index.json");
        foreach (var kind in FormatFixtures.Kinds)
        {
            var blocks = FormatFixtures.Blocks(type, kind);
            var expected = FormatFixtures.Decoded(type, kind);
            var actual = new float[expected.Length];
            Assert.Equal(type.RowBytes(expected.Length), blocks.Length);
            fixed (byte* source = blocks)
            fixed (float* target = actual)
                KernelTable.Scalar(type).DecodeRow(source, expected.Length, target);
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.True(BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]),
                    $"{type} {kind}: weight {i} is {actual[i]:R}, ggml says {expected[i]:R}.");
            }
        }
    }
}
