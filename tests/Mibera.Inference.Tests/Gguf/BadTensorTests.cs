using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Gguf;

/// <summary>Names, shapes, types and places of tensors.</summary>
public sealed class BadTensorTests : TemporaryFolder
{
    private const uint F32 = (uint)GgmlType.F32, Q4_0 = (uint)GgmlType.Q4_0, Q4_K = (uint)GgmlType.Q4_K;

    private GgufFormatException RefusedTensor(uint type, ulong offset, params ReadOnlySpan<ulong> dimensions)
    {
        var error = Refused(RawGguf.Header(tensors: 1).Tensor("t", type, offset, dimensions).Data(256));
        Assert.Equal("t", error.Tensor);
        Assert.Contains("'t'", error.Message, StringComparison.Ordinal);
        return error;
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(5u)]
    [InlineData(uint.MaxValue)]
    public void NumberOfDimensions(uint rank)
    {
        var raw = RawGguf.Header(tensors: 1).Text("t").UInt32(rank);
        for (var i = 0; i < 8; i++) raw.UInt64(1);
        Assert.Contains($"it has {rank} dimensions", Refused(raw.UInt32(F32).UInt64(0).Data(64)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    public void Dimension(ulong dimension)
    {
        Assert.Contains($"a dimension of {dimension}", RefusedTensor(F32, 0, dimension).Message, StringComparison.Ordinal);
        Assert.Contains($"a dimension of {dimension}", RefusedTensor(F32, 0, 4, dimension).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData((1UL << 42) + 1, (1UL << 22))] // 2^64 + 2^22 would wrap to 2^22
    [InlineData(1UL << 32, 1UL << 31)]
    [InlineData(long.MaxValue, 2UL)]
    public void ProductThatWraps(ulong columns, ulong rows) =>
        Assert.Contains("multiply to more than", RefusedTensor(F32, 0, columns, rows).Message, StringComparison.Ordinal);

    [Fact]
    public void ProductOfFourThatWraps() => Assert.Contains(
        "multiply to more than", RefusedTensor(F32, 0, 1 << 16, 1 << 16, 1 << 16, 1 << 16).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData((uint)GgmlType.F64, 1UL << 61)] // 2^64 bytes
    [InlineData(F32, 1UL << 62)]
    [InlineData((uint)GgmlType.Q8_1, 1UL << 62)] // 1.125 bytes an element: more than 2^62
    [InlineData(Q4_0, 1UL << 62)] // fewer bytes than elements, but not in this file
    public void BytesThatWrapOrPassTheEnd(uint type, ulong elements)
    {
        var error = RefusedTensor(type, 0, elements);
        Assert.Matches("take more than 2\\^63 - 1 bytes|but the file ends", error.Message);
    }

    [Theory]
    [InlineData(Q4_0, 31UL, 32)]
    [InlineData(Q4_K, 32UL, 256)]
    [InlineData((uint)GgmlType.Q1_0, 64UL, 128)]
    [InlineData((uint)GgmlType.NVFP4, 32UL, 64)]
    public void RowThatIsNoMultipleOfTheBlock(uint type, ulong columns, int block) =>
        Assert.Contains($"a multiple of {block}", RefusedTensor(type, 0, columns, 8).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(4u, "removed")]
    [InlineData(5u, "removed")]
    [InlineData(31u, "get the plain Q4_0 file")]
    [InlineData(36u, "get the plain IQ4_NL file")]
    [InlineData(43u, "no tensor type")]
    [InlineData(0x80000000u, "no tensor type")]
    [InlineData(uint.MaxValue, "no tensor type")]
    public void UnknownType(uint type, string said)
    {
        var error = RefusedTensor(type, 0, 256);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.Contains($"number {type};", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryKnownTypeIsRead()
    {
        foreach (var type in Enum.GetValues<GgmlType>())
        {
            using var file = Open(RawGguf.Header(tensors: 1).Tensor("t", (uint)type, 0, 256, 2).Data(256 * 2 * 8));
            var tensor = Assert.Single(file.Tensors);
            Assert.Equal(type, tensor.Type);
            Assert.Equal(2 * type.RowBytes(256), tensor.ByteSize);
        }
    }

    [Theory]
    [InlineData(1UL, "a multiple of 32")]
    [InlineData(1UL << 62, "the file ends")]
    [InlineData(0xffff_ffff_ffff_ffe0UL, "the file ends")] // offset + size wraps
    [InlineData(256UL, "the file ends")]
    public void Offset(ulong offset, string said) => Assert.Contains(said, RefusedTensor(F32, offset, 8).Message, StringComparison.Ordinal);

    [Fact]
    public void DataThatEndOneByteEarly()
    {
        var whole = RawGguf.Header(tensors: 1).Tensor("t", F32, 32, 8).Data(64).ToArray();
        using (GgufFile.Open(Save(whole)))
        {
        }

        var error = Refused(whole.AsSpan(0, whole.Length - 1));
        Assert.Equal("t", error.Tensor);
        Assert.Contains($"ends after {whole.Length - 1}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Overlap()
    {
        var raw = RawGguf.Header(tensors: 3).Tensor("c", F32, 96, 8).Tensor("a", F32, 0, 9).Tensor("b", F32, 32, 8).Data(128);
        var error = Refused(raw);
        Assert.Equal("b", error.Tensor);
        Assert.Contains("overlap tensor 'a'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GapsAndAnyOrderAreRead()
    {
        using var file = Open(RawGguf.Header(tensors: 2).Tensor("second", F32, 128, 8).Tensor("first", F32, 0, 8).Data(160));
        Assert.Equal(["second", "first"], file.Tensors.Select(tensor => tensor.Name));
    }

    [Fact]
    public void NameTwice()
    {
        var error = Refused(RawGguf.Header(tensors: 2).Tensor("t", F32, 0, 8).Tensor("t", F32, 32, 8).Data(64));
        Assert.Equal("t", error.Tensor);
        Assert.Contains("twice", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EmptyName() => Assert.Contains(
        "the tensor's name has 0 bytes", Refused(RawGguf.Header(tensors: 1).Tensor("", F32, 0, 8).Data(32)).Message, StringComparison.Ordinal);
}
