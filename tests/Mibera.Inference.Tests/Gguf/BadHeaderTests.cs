using System.Text;

namespace Mibera.Inference.Tests.Gguf;

/// <summary>Magic, version and counts.</summary>
public sealed class BadHeaderTests : TemporaryFolder
{
    [Theory]
    [InlineData("", "empty")]
    [InlineData("GG", "'GG'")]
    [InlineData("GGUF", "ends after 4 bytes")]
    [InlineData("GGUF\u0003\0\0\0", "ends after 8 bytes")]
    [InlineData("\n <!doctype HTML><html><body>Not found</body></html>", "HTML page")]
    [InlineData("<html lang=en>", "HTML page")]
    [InlineData("<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "server's error message")]
    [InlineData("{\"error\":\"Invalid credentials\"}", "JSON")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00", "Git LFS pointer")]
    [InlineData("PK\u0003\u0004........", "ZIP")]
    [InlineData("tjgg\u0003\0\0\0", "before GGUF")]
    [InlineData("FUGG\0\0\0\u0003", "big-endian")]
    [InlineData("@\0\0\0\0\0\0\0{\"__metadata__\":{}}", "safetensors")]
    [InlineData("\u001b[2Jred", "'\\u001b[2J'")]
    public void SomethingElse(string content, string said) =>
        Assert.Contains(said, Refused(Encoding.UTF8.GetBytes(content)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0u, "version is 0;")]
    [InlineData(1u, "version 1")]
    [InlineData(4u, "version is 4;")]
    [InlineData(0x80000000u, "version is 2147483648;")]
    [InlineData(0x02000000u, "big-endian")]
    [InlineData(0x03000000u, "big-endian")]
    public void Version(uint version, string said)
    {
        var error = Refused(RawGguf.Header(version: version));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.Equal(4, error.Offset);
    }

    [Theory]
    [InlineData(2u)]
    [InlineData(3u)]
    public void AnEmptyModelIsAFile(uint version)
    {
        using var file = Open(RawGguf.Header(version: version));
        Assert.Equal(version, file.Version);
        Assert.Equal(32u, file.Alignment);
        Assert.Empty(file.Metadata);
        Assert.Empty(file.Tensors);
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(1UL << 32)]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    public void CountsBeyondTheFile(ulong count)
    {
        var tensors = Refused(RawGguf.Header(tensors: count));
        Assert.Equal(8, tensors.Offset);
        Assert.Contains($"the number of tensors is {count}", tensors.Message, StringComparison.Ordinal);
        var keys = Refused(RawGguf.Header(keys: count));
        Assert.Equal(16, keys.Offset);
        Assert.Contains($"the number of keys is {count}", keys.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CountsThatJustDoNotFit()
    {
        // Two keys claimed, one there: the smallest key has 14 bytes, so the count passes and the second key is missing.
        var raw = RawGguf.Header(keys: 2).Key("a.long.enough.key", RawGguf.U64).UInt64(1);
        Assert.Contains("ends after", Refused(raw).Message, StringComparison.Ordinal);
    }
}
