using Mibera.Inference.Kernels;

namespace Mibera.Inference.Tests.Kernels;

public class RowStreamsTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(4)]
    public void EveryRowIsInOneGroupOrInTheRest(int streams)
    {
        foreach (var rowBytes in new[] { 18, 210, 1008, 2880, 4096, 4608, 8704, 10080 })
        {
            for (var count = 0; count < 300; count++)
            {
                const int Begin = 32;
                var taken = new int[Begin + count];
                var groups = new RowStreams(Begin, Begin + count, rowBytes, streams);
                while (groups.TryTake(out var row, out var apart))
                {
                    for (var i = 0; i < streams; i++) taken[row + i * apart]++;
                }
                Assert.InRange(Begin + count - groups.Rest, 0, streams - 1);
                for (var row = groups.Rest; row < taken.Length; row++) taken[row]++;
                Assert.All(taken[..Begin], times => Assert.Equal(0, times));
                Assert.All(taken[Begin..], times => Assert.Equal(1, times));
            }
        }
    }

    [Fact]
    public void StreamsReadAdjacentRowsInOrder()
    {
        var groups = new RowStreams(0, 224, rowBytes: 1728, streams: 8);
        for (var expected = 0; expected < 28; expected++)
        {
            Assert.True(groups.TryTake(out var row, out var apart));
            Assert.Equal((expected, 28), (row, apart));
        }
        Assert.False(groups.TryTake(out _, out _));
    }

    [Fact]
    public void StreamsThatWouldMeetInTheCacheAreShortened()
    {
        // Sixteen rows of 4608 bytes are 18 times 4096; fifteen lie 512 bytes apart there.
        var groups = new RowStreams(0, 128, rowBytes: 4608, streams: 8);
        Assert.True(groups.TryTake(out _, out var apart));
        Assert.Equal(15, apart);
    }
}
