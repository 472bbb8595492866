namespace Mibera.Inference.Tests.Gguf;

public sealed class AlignmentTests : TemporaryFolder
{
    private const string Key = "general.alignment";

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(3u)]
    [InlineData(48u)]
    [InlineData(0x80000000u)]
    [InlineData(uint.MaxValue)]
    public void NoPowerOfTwo(uint alignment)
    {
        var error = Refused(RawGguf.Header(tensors: 1, keys: 1).Key(Key, RawGguf.U32).UInt32(alignment).Tensor("t", 0, 0, 8).Data(64));
        Assert.Equal(Key, error.Key);
        Assert.Contains($"u32 {alignment};", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WrongType()
    {
        Assert.Equal(Key, Refused(RawGguf.Header(keys: 1).Key(Key, RawGguf.U64).UInt64(32)).Key);
        Assert.Equal(Key, Refused(RawGguf.Header(keys: 1).Key(Key, RawGguf.String).Text("32")).Key);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(64)]
    [InlineData(4096)]
    public void Applied(int alignment)
    {
        using var file = Open(RawGguf.Header(tensors: 1, keys: 1)
            .Key(Key, RawGguf.U32).UInt32((uint)alignment).Tensor("t", 0, (ulong)alignment, 2).Data(alignment + 8, alignment));
        Assert.Equal((uint)alignment, file.Alignment);
        Assert.Equal(file.TotalBytes - 8, file.Tensors[0].Offset);
        Assert.Equal(0, file.Tensors[0].Offset % alignment);
    }
}
