using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Gguf;

public sealed class MetadataTests
{
    private static readonly GgufMetadata Sample = new(
    [
        new("count", GgufValue.From((ushort)40)),
        new("negative", GgufValue.From(-1)),
        new("large", GgufValue.From(1UL << 40)),
        new("eps", GgufValue.From(1e-5f)),
        new("name", GgufValue.From("phi")),
        new("flag", GgufValue.From(false)),
        new("scores", GgufValue.From(GgufArray.From((ReadOnlySpan<float>)[1.5f, -2f]))),
        new("heads", GgufValue.From(GgufArray.From((ReadOnlySpan<uint>)[1, 2]))),
        new("wide", GgufValue.From(GgufArray.From((ReadOnlySpan<long>)[1L << 40]))),
        new("tokens", GgufValue.From(GgufArray.From(["a", "b"]))),
    ], "model.gguf");

    [Fact]
    public void GettersConvertWhatIsLossless()
    {
        Assert.Equal(40u, Sample.GetUInt32OrNull("count"));
        Assert.Equal(-1, Sample.GetInt32OrNull("negative"));
        Assert.Equal(1e-5f, Sample.GetFloatOrNull("eps"));
        Assert.Equal(40f, Sample.GetFloatOrNull("count"));
        Assert.Equal(false, Sample.GetBoolOrNull("flag"));
        Assert.True(Sample.TryGetString("name", out var name));
        Assert.Equal("phi", name);
        Assert.Equal([1.5f, -2f], Sample.GetFloatsOrNull("scores")!);
        Assert.Equal([1f, 2f], Sample.GetFloatsOrNull("heads")!);
        Assert.Equal([1, 2], Sample.GetInt32sOrNull("heads")!);
        Assert.Equal(2, Sample.GetStringArrayOrNull("tokens")!.Count);
    }

    [Fact]
    public void GettersGiveNullForAbsentKeys()
    {
        Assert.Null(Sample.GetUInt32OrNull("absent"));
        Assert.Null(Sample.GetInt32OrNull("absent"));
        Assert.Null(Sample.GetFloatOrNull("absent"));
        Assert.Null(Sample.GetBoolOrNull("absent"));
        Assert.Null(Sample.GetArrayOrNull("absent"));
        Assert.Null(Sample.GetFloatsOrNull("absent"));
        Assert.False(Sample.TryGetString("absent", out _));
    }

    public static TheoryData<string, Func<GgufMetadata, object?>, string> Wrong => new()
    {
        { "negative", metadata => metadata.GetUInt32OrNull("negative"), "i32 -1; an integer from 0 to 4294967295" },
        { "large", metadata => metadata.GetUInt32OrNull("large"), "u64 1099511627776; an integer" },
        { "large", metadata => metadata.GetInt32OrNull("large"), "an integer" },
        { "eps", metadata => metadata.GetUInt32OrNull("eps"), "f32 1E-05; an integer" },
        { "name", metadata => metadata.GetFloatOrNull("name"), "str 'phi'; a number" },
        { "count", metadata => metadata.GetBoolOrNull("count"), "u16 40; true or false" },
        { "flag", metadata => metadata.GetFloatOrNull("flag"), "bool false; a number" },
        { "count", metadata => metadata.GetStringOrNull("count"), "a string" },
        { "count", metadata => metadata.GetArrayOrNull("count"), "an array" },
        { "heads", metadata => metadata.GetStringArrayOrNull("heads"), "arr u32[2] [1, 2]; an array of strings" },
        { "tokens", metadata => metadata.GetFloatsOrNull("tokens"), "arr str[2] ['a', 'b']; an array of numbers" },
        { "wide", metadata => metadata.GetInt32sOrNull("wide"), "an array of 32-bit integers" },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void GettersNameFileKeyFoundAndExpected(string key, Func<GgufMetadata, object?> get, string said)
    {
        var error = Assert.Throws<GgufFormatException>(() => get(Sample));
        Assert.Equal((key, "model.gguf"), (error.Key, error.File));
        Assert.StartsWith($"model.gguf: key '{key}' is ", error.Message, StringComparison.Ordinal);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WithReplacesInACopy()
    {
        var changed = Sample.With("count", GgufValue.From(10u)).With("new", GgufValue.From("x"));
        Assert.Equal((10u, 40u), (changed.GetUInt32OrNull("count"), Sample.GetUInt32OrNull("count")));
        Assert.Equal([.. Sample.Keys, "new"], changed.Keys);
        Assert.Equal("model.gguf", changed.File);
    }

    [Fact]
    public void ArraysCheckTheirIndexAndTheirType()
    {
        var tokens = Sample.GetArrayOrNull("tokens")!;
        Assert.Throws<ArgumentOutOfRangeException>(() => tokens[2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => tokens.GetString(-1));
        Assert.Throws<InvalidOperationException>(() => Sample.GetArrayOrNull("heads")!.GetString(0));
        Assert.Throws<InvalidOperationException>(() => tokens.ToSingleArray());
    }

    [Fact]
    public void ValuesSayWhatTheyAre()
    {
        Assert.Throws<InvalidOperationException>(() => GgufValue.From(1).AsString());
        Assert.Throws<InvalidOperationException>(() => GgufValue.From("1").AsUInt64());
        Assert.Throws<InvalidOperationException>(() => GgufValue.From(ulong.MaxValue).AsInt64());
        Assert.Equal("f32[4] [0.1, 0.2, 0.3, ...]", GgufArray.From((ReadOnlySpan<float>)[0.1f, 0.2f, 0.3f, 0.4f]).ToString());
        Assert.Equal($"'{new string('x', 80)}...'", GgufValue.From(new string('x', 81)).ToString());
    }
}
