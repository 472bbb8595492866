using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Gguf;

public sealed class WriterTests : TemporaryFolder
{
    [Fact]
    public void WrongUseIsRefused()
    {
        var writer = new GgufWriter();
        writer.Add("key", GgufValue.From(1));
        writer.AddZeroTensor("t", GgmlType.F32, 8);
        Assert.Throws<ArgumentException>(() => writer.Add("key", GgufValue.From(2)));
        Assert.Throws<ArgumentException>(() => writer.Add("", GgufValue.From(2)));
        Assert.Throws<ArgumentException>(() => writer.Add(new string('k', 65_536), GgufValue.From(2)));
        Assert.Throws<ArgumentException>(() => writer.Add("general.alignment", GgufValue.From(24u)));
        Assert.Throws<ArgumentException>(() => writer.Add("general.alignment", GgufValue.From(64)));
        Assert.Throws<ArgumentException>(() => writer.AddZeroTensor("t", GgmlType.F32, 8));
        Assert.Throws<ArgumentException>(() => writer.AddZeroTensor("u", GgmlType.F32));
        Assert.Throws<ArgumentException>(() => writer.AddZeroTensor("u", GgmlType.F32, -8));
        Assert.Throws<ArgumentException>(() => writer.AddZeroTensor("u", GgmlType.Q4_K, 128));
        Assert.Throws<ArgumentException>(() => writer.AddTensor("u", GgmlType.F32, [2], new byte[7]));
        writer.AddTensor("u", GgmlType.F32, [2], new byte[8]);
        writer.WriteTo(PathOf("fine.gguf"));
        using var file = GgufFile.Open(PathOf("fine.gguf"));
        Assert.Equal(["t", "u"], file.Tensors.Select(tensor => tensor.Name));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(9)]
    public void ACallbackMustWriteItsTensorExactly(int bytes)
    {
        var writer = new GgufWriter();
        writer.AddTensor("t", GgmlType.F32, [2], stream => stream.Write(new byte[bytes]));
        File.WriteAllText(PathOf("kept.gguf"), "old");
        Assert.Throws<InvalidOperationException>(() => writer.WriteTo(PathOf("kept.gguf")));
        Assert.Equal("old", File.ReadAllText(PathOf("kept.gguf")));
        Assert.Single(Directory.GetFiles(Folder));
    }

    [Fact]
    public void AnUnwritablePlaceIsReported()
    {
        var path = PathOf("absent/file.gguf");
        Assert.Equal(path, Assert.Throws<ModelIOException>(() => new GgufWriter().WriteTo(path)).File);
        Assert.Throws<ModelIOException>(() => new GgufWriter().WriteTo(Folder));
    }

    [Fact]
    public void AFileOfFiveGigabytesTakesNoMemoryAndNoDisk()
    {
        const long Rows = 5L << 20;
        Assert.SkipWhen(OperatingSystem.IsWindows(), "NTFS leaves holes only in files marked sparse.");
        Assert.SkipWhen(new DriveInfo(Folder).AvailableFreeSpace < 8L << 30, "The disk might not hold the file if it knows no holes.");
        var writer = new GgufWriter();
        writer.AddZeroTensor("huge", GgmlType.I8, 1024, Rows);
        writer.AddTensor("last", GgmlType.I32, [1], BitConverter.GetBytes(42));
        var path = PathOf("huge.gguf");
        Assert.True(Bounded(0, () =>
        {
            writer.WriteTo(path);
            return File.Exists(path);
        }));

        using var file = Bounded(0, () => GgufFile.Open(path));
        Assert.Equal(Rows * 1024, file.Tensors[0].ByteSize);
        var last = new byte[4];
        file.ReadTensor(file.Tensors[1], last);
        Assert.Equal(42, BitConverter.ToInt32(last));
        Assert.True(file.Tensors[1].Offset > 5L << 30);
    }

    [Fact]
    public void AHoleAtTheEndBelongsToTheFile()
    {
        var writer = new GgufWriter();
        writer.AddZeroTensor("zeros", GgmlType.I8, 1 << 20);
        writer.WriteTo(PathOf("hole.gguf"));
        using var file = GgufFile.Open(PathOf("hole.gguf"));
        Assert.Equal(file.TotalBytes, file.Tensors[0].Offset + (1 << 20));
    }

    [Fact]
    public void AStreamIsWrittenFromItsPositionOn()
    {
        // Old bytes where the zeros go: seeking over them would leave them there.
        using var stream = new MemoryStream();
        stream.Write(Enumerable.Repeat((byte)0xff, 300_000).ToArray());
        stream.Position = 5;
        var writer = new GgufWriter();
        writer.AddZeroTensor("zeros", GgmlType.I8, 100_000);
        writer.WriteTo(stream);
        var bytes = stream.ToArray().AsSpan(5, (int)stream.Position - 5);
        using var file = GgufFile.Open(Save(bytes));
        var data = new byte[100_000];
        file.ReadTensor(file.Tensors[0], data);
        Assert.Equal(-1, data.AsSpan().IndexOfAnyExcept((byte)0));
    }
}
