using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Gguf;

public sealed class SplitTests : TemporaryFolder
{
    private static string Name(int number, int count = 3) => $"model-{number:D5}-of-{count:D5}.gguf";

    /// <summary>Writes part <paramref name="number"/> (from 1) with one tensor, whose value is the number.</summary>
    private string Part(int number, ushort? no = null, ushort count = 3, int? total = 3, string? tensor = null, string? name = null)
    {
        var writer = new GgufWriter();
        writer.Add("split.no", GgufValue.From(no ?? (ushort)(number - 1)));
        writer.Add("split.count", GgufValue.From(count));
        if (total is { } tensors) writer.Add("split.tensors.count", GgufValue.From(tensors));
        if (number == 1) writer.Add("general.name", GgufValue.From("whole"));
        if (number == 2) writer.Add("general.alignment", GgufValue.From(64u));
        writer.AddTensor(tensor ?? $"t{number}", GgmlType.I32, [1], BitConverter.GetBytes(number));
        var path = PathOf(name ?? Name(number, count));
        writer.WriteTo(path);
        return path;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public unsafe void IsReadLikeOneFile(bool mapped)
    {
        string[] paths = [Part(1), Part(2), Part(3)];
        using var file = GgufFile.Open(paths[0], mapped);
        Assert.Equal(paths, file.Parts);
        Assert.Equal("whole", file.Metadata.GetStringOrNull("general.name"));
        Assert.Equal(paths.Sum(path => new FileInfo(path).Length), file.TotalBytes);
        Assert.Equal(["t1", "t2", "t3"], file.Tensors.Select(tensor => tensor.Name));
        foreach (var tensor in file.Tensors)
        {
            var data = new byte[4];
            file.ReadTensor(tensor, data);
            Assert.Equal(tensor.Part + 1, BitConverter.ToInt32(data));
            if (mapped) Assert.Equal(tensor.Part + 1, *(int*)file.GetPointer(tensor));
        }
    }

    [Fact]
    public void ACountOfZeroOrOneIsAWholeFile()
    {
        using (var merged = GgufFile.Open(Part(1, count: 0, name: "merged.gguf"))) Assert.Single(merged.Parts);
        using var single = GgufFile.Open(Part(1, count: 1, name: "single.gguf"));
        Assert.Single(single.Parts);
    }

    [Fact]
    public void MissingParts()
    {
        var error = Assert.Throws<ModelIOException>(() => GgufFile.Open(Part(1)));
        Assert.Contains("2 are missing", error.Message, StringComparison.Ordinal);
        Assert.Contains(Name(2), error.Message, StringComparison.Ordinal);
        Assert.Contains(Name(3), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ManyMissingPartsAreCounted()
    {
        var path = Part(1, count: ushort.MaxValue);
        var error = Bounded(new FileInfo(path).Length + (ushort.MaxValue * 64), () => Assert.Throws<ModelIOException>(() => GgufFile.Open(path)));
        Assert.Contains("and 65531 more", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherPartThanTheFirst()
    {
        Part(1);
        var error = Assert.Throws<GgufFormatException>(() => GgufFile.Open(Part(2)));
        Assert.Contains("part 2 of 3", error.Message, StringComparison.Ordinal);
        Assert.Contains(PathOf(Name(1)), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PartsInTheWrongOrder()
    {
        var first = Part(1);
        Part(2, name: Name(3));
        var third = Part(3, name: Name(2));
        var error = Assert.Throws<GgufFormatException>(() => GgufFile.Open(first));
        Assert.Equal((third, "split.no"), (error.File, error.Key));
        Assert.Contains("is 2; 1 was expected", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ContradictingCounts()
    {
        var first = Part(1);
        Part(3);
        var second = Part(2, count: 4, name: Name(2));
        Assert.Equal((second, "split.count"), Refused());
        Part(2, total: 4);
        Assert.Equal((second, "split.tensors.count"), Refused());
        Part(2);
        Part(1, total: 7);
        Part(2, total: 7);
        Part(3, total: 7);
        Assert.Equal((first, "split.tensors.count"), Refused());

        (string?, string?) Refused()
        {
            var error = Assert.Throws<GgufFormatException>(() => GgufFile.Open(first));
            return (error.File, error.Key);
        }
    }

    [Fact]
    public void TheSameTensorInTwoParts()
    {
        var first = Part(1);
        var second = Part(2, tensor: "t1");
        Part(3);
        var error = Assert.Throws<GgufFormatException>(() => GgufFile.Open(first));
        Assert.Equal((second, "t1"), (error.File, error.Tensor));
        Assert.Contains(first, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("renamed.gguf")]
    [InlineData("model-00001-of-00002.gguf")]
    [InlineData("model-00002-of-00003.gguf")]
    public void AFirstPartOfAnotherName(string name) =>
        Assert.Equal("split.count", Assert.Throws<GgufFormatException>(() => GgufFile.Open(Part(1, name: name))).Key);

    [Fact]
    public void KeysOfTheWrongType()
    {
        var error = Refused(RawGguf.Header(keys: 1).Key("split.count", RawGguf.String).Text("3"));
        Assert.Equal("split.count", error.Key);
        Assert.Equal("split.no", Refused(RawGguf.Header(keys: 1).Key("split.count", RawGguf.U32).UInt32(3)).Key);
    }
}
