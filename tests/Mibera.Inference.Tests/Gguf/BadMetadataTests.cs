using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Gguf;

/// <summary>Keys, value types, lengths, counts and nesting.</summary>
public sealed class BadMetadataTests : TemporaryFolder
{
    [Theory]
    [InlineData(1UL << 62)]
    [InlineData(1UL << 30)]
    [InlineData(ulong.MaxValue)]
    [InlineData(4UL)]
    public void StringBeyondTheFile(ulong length)
    {
        var error = Refused(RawGguf.Header(keys: 1).Key("name", RawGguf.String).UInt64(length).Bytes("abc"u8));
        Assert.Equal("name", error.Key);
        Assert.Equal(24 + 8 + 4 + 4, error.Offset);
        Assert.Contains($"the length of a string is {length}", error.Message, StringComparison.Ordinal);
        Assert.Contains("3 bytes left", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1UL << 62)]
    [InlineData(2UL)]
    public void StringOfAnArrayBeyondTheFile(ulong length)
    {
        var raw = RawGguf.Header(keys: 1).ArrayKey("tokens", RawGguf.String, 2).Text("a").UInt64(length).Byte(0);
        var error = Refused(raw);
        Assert.Equal("tokens", error.Key);
        Assert.Equal(raw.Length - 9, error.Offset);
    }

    [Theory]
    [InlineData(RawGguf.U8, 1UL << 63)]
    [InlineData(RawGguf.U64, 1UL << 61)]
    [InlineData(RawGguf.String, 1UL << 63)]
    [InlineData(RawGguf.Array, 1UL << 63)]
    [InlineData(RawGguf.F32, 3UL)]
    public void ArrayBeyondTheFile(uint type, ulong count)
    {
        var error = Refused(RawGguf.Header(keys: 1).ArrayKey("list", type, count).UInt64(0));
        Assert.Equal("list", error.Key);
        Assert.Contains($"is {count}, but", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(13u)]
    [InlineData(0x7fffffffu)]
    [InlineData(uint.MaxValue)]
    public void UnknownType(uint type)
    {
        var value = Refused(RawGguf.Header(keys: 1).Key("k", type).UInt64(0));
        Assert.Contains($"type is {type};", value.Message, StringComparison.Ordinal);
        var element = Refused(RawGguf.Header(keys: 1).ArrayKey("k", type, 1).UInt64(0));
        Assert.Contains($"elements is {type};", element.Message, StringComparison.Ordinal);
        Assert.Equal("k", element.Key);
    }

    [Fact]
    public void NestedTenThousandDeep()
    {
        var raw = RawGguf.Header(keys: 1).Key("deep", RawGguf.Array);
        for (var i = 0; i < 10_000; i++) raw.UInt32(RawGguf.Array).UInt64(1);
        Assert.Contains("nested more than 8 deep", Refused(raw.UInt32(RawGguf.U8).UInt64(0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NestedAsDeepAsAllowed()
    {
        var raw = RawGguf.Header(keys: 1).Key("deep", RawGguf.Array);
        for (var i = 0; i < 7; i++) raw.UInt32(RawGguf.Array).UInt64(1);
        using var file = Open(raw.UInt32(RawGguf.U8).UInt64(1).Byte(42));
        var array = file.Metadata["deep"].AsArray();
        for (var i = 0; i < 7; i++) array = array[0].AsArray();
        Assert.Equal(42UL, array[0].AsUInt64());
    }

    [Fact]
    public void ManyEmptyArraysStayBounded()
    {
        const int Count = 100_000;
        var raw = RawGguf.Header(keys: 1).ArrayKey("wide", RawGguf.Array, Count);
        for (var i = 0; i < Count; i++) raw.UInt32(RawGguf.String).UInt64(0);
        var path = Save(raw.ToArray());
        using var file = Bounded(raw.Length, () => GgufFile.Open(path));
        Assert.Equal(Count, file.Metadata["wide"].AsArray().Count);
    }

    [Fact]
    public void BoolOfTwo()
    {
        Assert.Contains("the value 2;", Refused(RawGguf.Header(keys: 1).Key("flag", RawGguf.Bool).Byte(2)).Message, StringComparison.Ordinal);
        var raw = RawGguf.Header(keys: 1).ArrayKey("flags", RawGguf.Bool, 3).Bytes([1, 0, 2]);
        var error = Refused(raw);
        Assert.Contains("element 2", error.Message, StringComparison.Ordinal);
        Assert.Equal(raw.Length - 1, error.Offset);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_536)]
    [InlineData(70_000)]
    public void KeyOfWrongLength(int length)
    {
        var error = Refused(RawGguf.Header(keys: 1).Key(new string('k', length), RawGguf.U8).Byte(1).Data(100));
        Assert.Contains($"the key has {length} bytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(24, error.Offset);
    }

    [Fact]
    public void LongestKey()
    {
        var key = new string('k', 65_535);
        using var file = Open(RawGguf.Header(keys: 1).Key(key, RawGguf.U8).Byte(1));
        Assert.Equal(1u, file.Metadata.GetUInt32OrNull(key));
    }

    [Fact]
    public void KeyTwice()
    {
        var raw = RawGguf.Header(keys: 2).Key("general.name", RawGguf.U8).Byte(1);
        var error = Refused(raw.Key("general.name", RawGguf.U8).Byte(1));
        Assert.Equal("general.name", error.Key);
        Assert.Contains("twice", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void KeyThatIsNoUtf8() => Assert.Contains(
        "not valid UTF-8", Refused(RawGguf.Header(keys: 1).Text([(byte)'a', 0xff]).UInt32(RawGguf.U8).Byte(1)).Message, StringComparison.Ordinal);

    [Fact]
    public void ControlCharactersOfAKeyDoNotReachTheTerminal() =>
        Assert.Contains("'a\\u001b[2J\\u202e'", Refused(RawGguf.Header(keys: 1).Key("a\e[2J\u202e", 99).Byte(0)).Message, StringComparison.Ordinal);

    [Fact]
    public void TokensThatAreNoUtf8KeepTheirBytes()
    {
        using var file = Open(RawGguf.Header(keys: 2)
            .ArrayKey("tokens", RawGguf.String, 3).Text([0xe2, 0x96]).Text("ok").Text([])
            .Key("text", RawGguf.String).Text([0xff, (byte)'x']));
        var tokens = file.Metadata.GetStringArrayOrNull("tokens")!;
        Assert.Equal<byte>([0xe2, 0x96], tokens.GetUtf8(0));
        Assert.Equal(["\ufffd", "ok", ""], tokens.ToStringArray());
        Assert.Equal<byte>([0xff, (byte)'x'], file.Metadata["text"].AsUtf8());
        Assert.Equal("\ufffdx", file.Metadata.GetStringOrNull("text"));
    }
}
