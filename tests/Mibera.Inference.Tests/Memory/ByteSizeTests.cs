namespace Mibera.Inference.Tests.Memory;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("6.5GB", 6_500_000_000)]
    [InlineData("6.5 gb", 6_500_000_000)]
    [InlineData("6.5GiB", 6_979_321_856)]
    [InlineData("6500000000", 6_500_000_000)]
    [InlineData("512B", 512)]
    [InlineData("1.5K", 1_500)]
    [InlineData("1.5KiB", 1_536)]
    [InlineData("2M", 2_000_000)]
    [InlineData(" 2 MiB ", 2_097_152)]
    [InlineData("0.25TB", 250_000_000_000)]
    [InlineData(".5TiB", 549_755_813_888)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void Reads(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse(text).Bytes);

    [Theory]
    [InlineData("")]
    [InlineData("GB")]
    [InlineData("-1GB")]
    [InlineData("6,5GB")]
    [InlineData("6.5 gigs")]
    [InlineData("1e9")]
    [InlineData("NaN")]
    [InlineData("9223372036854775808")]
    [InlineData("9000000TiB")]
    [InlineData("99999999999999999999999999999999999999")]
    public void Refuses(string text)
    {
        Assert.False(ByteSize.TryParse(text, out _));
        Assert.Contains(text, Assert.Throws<FormatException>(() => ByteSize.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1_500, "1.5 kB")]
    [InlineData(838_860_800, "839 MB")]
    [InlineData(999_600_000, "1 GB")]
    [InlineData(6_500_000_000, "6.5 GB")]
    [InlineData(12_345_000_000, "12.3 GB")]
    public void Writes(long bytes, string text) => Assert.Equal(text, new ByteSize(bytes).ToString());
}
