using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels;
using Mibera.Inference.Quantization;

namespace Mibera.Inference.Tests.Quantization;

/// <summary>Walks the whole type enum, so that no format can be forgotten.</summary>
public class GgmlTypeTests
{
    /// <summary>Types that files may carry but no matrix product reads.</summary>
    private static readonly GgmlType[] NonWeights =
    [
        GgmlType.Q8_1, GgmlType.Q8_K, GgmlType.I8, GgmlType.I16, GgmlType.I32, GgmlType.I64, GgmlType.F64,
    ];

    public static TheoryData<GgmlType> Types => [.. Enum.GetValues<GgmlType>()];

    [Fact]
    public void NoNumberOccursTwice()
    {
        Assert.Equal(Enum.GetNames<GgmlType>().Length, Enum.GetValues<GgmlType>().Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void IsAWeightFormatOrListedAsNone(GgmlType type)
    {
        Assert.NotEqual(type.IsWeightFormat(), NonWeights.Contains(type));
        Assert.True(type.Block() is { Elements: > 0, Bytes: > 0 });
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void GeometryIsThatOfGgml(GgmlType type)
    {
        Fixtures.Path("formats/index.json");
        var known = FormatFixtures.Index.Where(entry => entry.Type == type).ToArray();
        if (!type.IsWeightFormat() || type == GgmlType.F32)
        {
            Assert.Empty(known);
            return;
        }
        var (name, _, elements, bytes) = Assert.Single(known);
        Assert.Equal(name, type.ToString(), ignoreCase: true);
        Assert.Equal((elements, bytes), type.Block());
    }

    [Fact]
    public void TheIndexHoldsNoTypeThatTheEnumLacks()
    {
        Fixtures.Path("formats/index.json");
        Assert.All(FormatFixtures.Index, entry => Assert.True(Enum.IsDefined(entry.Type), entry.Name));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void EveryBlockFormatHasOneDefinitionAndAKernel(GgmlType type)
    {
        var definitions = Definitions().Where(definition => definition.Type == type).ToArray();
        if (!type.IsWeightFormat() || type.Block().Elements == 1)
        {
            Assert.Empty(definitions);
            return;
        }
        var definition = Assert.Single(definitions);
        Assert.Equal(type.Block().Bytes, definition.BlockBytes);
        Assert.Contains(definition.UnitElements, new[] { 16, 32, 256 });
        Assert.Equal(0, type.Block().Elements % definition.UnitElements);
        var kernel = KernelTable.Scalar(type);
        Assert.Equal(type, kernel.Type);
        Assert.Equal(definition.UnitElements == 256 ? ActivationForm.Int8Block256 : ActivationForm.Int8Block32, kernel.Form);
    }

    [Theory]
    [InlineData(GgmlType.Q8_1)]
    [InlineData(GgmlType.I32)]
    [InlineData((GgmlType)4)]
    [InlineData((GgmlType)1000)]
    [InlineData((GgmlType)(-1))]
    public void OtherTypesHaveNoKernel(GgmlType type)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => KernelTable.Scalar(type));
    }

    [Fact]
    public void ARowIsWholeBlocks()
    {
        Assert.Equal(2 * 84, GgmlType.Q2_K.RowBytes(512));
        Assert.Throws<ArgumentException>(() => GgmlType.Q2_K.RowBytes(128));
        Assert.Throws<ArgumentException>(() => ((GgmlType)4).RowBytes(32));
    }

    private static IEnumerable<(GgmlType Type, int BlockBytes, int UnitElements)> Definitions() =>
        from definition in typeof(IBlockFormat).Assembly.GetTypes()
        where definition.IsValueType && definition.IsAssignableTo(typeof(IBlockFormat))
        select (
            (GgmlType)definition.GetProperty(nameof(IBlockFormat.Type))!.GetValue(null)!,
            (int)definition.GetProperty(nameof(IBlockFormat.BlockBytes))!.GetValue(null)!,
            (int)definition.GetProperty(nameof(IBlockFormat.UnitElements))!.GetValue(null)!);
}
