using Mibera.Inference.Simd;

namespace Mibera.Inference.Tests.Kernels;

public class InstructionSetsTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void WithoutANameTheBestSetIsChosen(string? forced) =>
        Assert.Equal(InstructionSets.Supported[^1], InstructionSets.Choose(forced));

    [Fact]
    public void EverySupportedSetCanBeForced()
    {
        Assert.Contains(InstructionSet.Portable, InstructionSets.Supported);
        foreach (var set in InstructionSets.Supported)
            Assert.Equal(set, InstructionSets.Choose($" {InstructionSets.Name(set).ToUpperInvariant()} "));
    }

    [Fact]
    public void AnUnknownSetIsAnErrorThatNamesTheChoices()
    {
        var error = Assert.Throws<UnsupportedInstructionSetException>(() => InstructionSets.Choose("sse9"));
        Assert.Contains("sse9", error.Message, StringComparison.Ordinal);
        Assert.Contains("portable", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAbsentSetIsAnError()
    {
        foreach (var set in Enum.GetValues<InstructionSet>())
        {
            if (!InstructionSets.IsSupported(set))
                Assert.Throws<UnsupportedInstructionSetException>(() => InstructionSets.Choose(InstructionSets.Name(set)));
        }
    }
}
