using Mibera.Inference.Gguf;
using Mibera.Inference.Memory;

namespace Mibera.Inference.Tests.Memory;

public sealed class SectionExtentsTests
{
    [Theory]
    [InlineData("stories/stories-wild-split.gguf")]
    [InlineData("smol/smol-chat-135m-Q4_1.gguf")]
    public unsafe void EveryTensorLandsWhereItIsLookedFor(string name)
    {
        using var file = GgufFile.Open(Fixtures.Path(name));
        // Every third tensor: neighbours with small gaps, and gaps too large to read.
        var tensors = file.Tensors.Where((_, i) => i % 3 == 0).Reverse().ToArray();
        var extents = new SectionExtents(tensors);
        var buffer = new byte[extents.Bytes];
        foreach (var run in extents.Runs)
        {
            Assert.Equal((0, 0), (run.Begin % SectionExtents.Alignment, run.BufferOffset % SectionExtents.Alignment));
            RandomAccess.Read(file.GetHandle(run.Part), buffer.AsSpan((int)run.BufferOffset, (int)(run.End - run.Begin)), run.Begin);
        }
        foreach (var tensor in tensors)
            Assert.True(new ReadOnlySpan<byte>(file.GetPointer(tensor), (int)tensor.ByteSize).SequenceEqual(buffer.AsSpan((int)extents.OffsetOf(tensor), (int)tensor.ByteSize)), tensor.Name);
    }

    [Fact]
    public void NeighboursAreReadTogether()
    {
        using var file = GgufFile.Open(Fixtures.Path("stories/stories-wild-split.gguf"));
        Assert.Single(new SectionExtents(file.Tensors).Runs);
        Assert.Equal(2, new SectionExtents([file.Tensors[0], file.Tensors.MaxBy(t => t.Offset)!, file.Tensors[0]]).Runs.Count);
    }
}
