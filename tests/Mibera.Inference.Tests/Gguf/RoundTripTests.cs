using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Gguf;

public sealed class RoundTripTests : TemporaryFolder
{
    [Fact]
    public void EveryValueComesBack()
    {
        using var file = GgufFile.Open(Save(SampleGguf.Bytes()));
        var metadata = file.Metadata;
        Assert.Equal(3u, file.Version);
        Assert.Equal((200UL, -100L), (metadata["u8"].AsUInt64(), metadata["i8"].AsInt64()));
        Assert.Equal((60_000UL, -30_000L), (metadata["u16"].AsUInt64(), metadata["i16"].AsInt64()));
        Assert.Equal((4_000_000_000UL, -2_000_000_000L), (metadata["u32"].AsUInt64(), metadata["i32"].AsInt64()));
        Assert.Equal((ulong.MaxValue, long.MinValue), (metadata["u64"].AsUInt64(), metadata["i64"].AsInt64()));
        Assert.Equal((1e-5f, Math.PI), (metadata["f32"].AsSingle(), metadata["f64"].AsDouble()));
        Assert.True(metadata["bool"].AsBoolean());
        Assert.Equal("häß 😀", metadata["str"].AsString());
        Assert.Equal<byte>([0xc3, 0x28], metadata["bad.str"].AsUtf8());
        Assert.Equal([-7, 8, 9], metadata.GetInt32sOrNull("arr.Int32")!);
        Assert.Equal(["a", "", "日本"], metadata.GetStringArrayOrNull("arr.String")!.ToStringArray());
        Assert.Equal("日本", metadata["arr.arr"].AsArray()[11].AsArray()[2].AsString());
        Assert.Equal("x", metadata["arr.arr.arr"].AsArray()[1].AsArray()[0].AsString());
    }

    [Fact]
    public unsafe void EveryTensorComesBack()
    {
        using var file = GgufFile.Open(Save(SampleGguf.Bytes()));
        Assert.True(file.TryGetTensor("matrix", out var matrix));
        Assert.Equal("matrix Q4_K {256, 3}", matrix.ToString());
        Assert.Equal((768, 432), (matrix.ElementCount, matrix.ByteSize));
        foreach (var tensor in file.Tensors)
        {
            var data = new byte[tensor.ByteSize];
            file.ReadTensor(tensor, data);
            Assert.Equal(Enumerable.Range(0, data.Length).Select(i => (byte)i), data);
            Assert.Equal(data, new ReadOnlySpan<byte>(file.GetPointer(tensor), data.Length));
        }
    }

    [Fact]
    public void CopyingAFileChangesNoByte()
    {
        var original = SampleGguf.Bytes();
        using var file = GgufFile.Open(Save(original), mapped: false);
        var writer = new GgufWriter();
        writer.Add(file.Metadata);
        foreach (var tensor in file.Tensors)
        {
            var data = new byte[tensor.ByteSize];
            file.ReadTensor(tensor, data);
            writer.AddTensor(tensor.Name, tensor.Type, tensor.Dimensions, data);
        }

        writer.WriteTo(PathOf("copy.gguf"));
        Assert.Equal(original, File.ReadAllBytes(PathOf("copy.gguf")));
        Assert.False(File.Exists(PathOf("copy.gguf.partial")));
    }

    [Fact]
    public void PartsOfATensorAreReadWithinItsBounds()
    {
        using var file = GgufFile.Open(Save(SampleGguf.Bytes()), mapped: false);
        Assert.True(file.TryGetTensor("matrix", out var matrix));
        var row = new byte[144];
        file.ReadTensor(matrix, row, start: 144);
        Assert.Equal(144, row[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadTensor(matrix, row, start: 432 - 143));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadTensor(matrix, row, start: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadTensor(matrix, new byte[433]));
    }

    [Fact]
    public unsafe void AClosedFileGivesNoDataButKeepsItsMetadata()
    {
        var file = GgufFile.Open(Save(SampleGguf.Bytes()));
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.ReadTensor(file.Tensors[0], new byte[1]));
        Assert.Throws<ObjectDisposedException>(() => (nint)file.GetPointer(file.Tensors[0]));
        Assert.Equal("日本", file.Metadata.GetArrayOrNull("arr.String")!.GetString(2));
    }

    [Fact]
    public unsafe void WithoutMappingThereIsNoPointer()
    {
        using var file = GgufFile.Open(Save(SampleGguf.Bytes()), mapped: false);
        Assert.Throws<InvalidOperationException>(() => (nint)file.GetPointer(file.Tensors[0]));
    }
}
