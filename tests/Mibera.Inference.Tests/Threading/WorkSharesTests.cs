using Mibera.Inference.Threading;

namespace Mibera.Inference.Tests.Threading;

/// <summary>Every item is handed out once, each worker's own ones first and in order.</summary>
public class WorkSharesTests
{
    [Theory]
    [InlineData(1, 10, 1)]
    [InlineData(2, 10, 3)]
    [InlineData(3, 100, 7)]
    [InlineData(4, 3, 1)]
    [InlineData(5, 1000, 1000)]
    public void WorkersInTurnTakeEveryItemOnce(int workers, int count, int grain)
    {
        var shares = new WorkShares(workers);
        for (var loop = 0; loop < 2; loop++)
        {
            shares.Reset(count, grain);
            var hits = new int[count];
            var at = Enumerable.Range(0, workers).ToArray();
            for (var active = true; active;)
            {
                active = false;
                for (var worker = 0; worker < workers; worker++)
                {
                    if (!shares.TryTake(worker, ref at[worker], out var begin, out var end))
                        continue;
                    active = true;
                    Assert.InRange(end - begin, 1, grain);
                    for (var i = begin; i < end; i++)
                        hits[i]++;
                }
            }
            Assert.All(hits, hit => Assert.Equal(1, hit));
        }
    }

    [Fact]
    public void AWorkerGoesThroughItsOwnShareInOrderAndThenHelps()
    {
        var shares = new WorkShares(3);
        shares.Reset(9, 1);
        var share = 1;
        var taken = new List<int>();
        while (shares.TryTake(1, ref share, out var begin, out _))
            taken.Add(begin);
        Assert.Equal([3, 4, 5, 6, 7, 8, 0, 1, 2], taken);
    }

    [Fact]
    public void NothingIsTakenAfterAStop()
    {
        var shares = new WorkShares(2);
        shares.Reset(10, 1);
        var share = 0;
        Assert.True(shares.TryTake(0, ref share, out _, out _));
        shares.Stop();
        Assert.False(shares.TryTake(0, ref share, out _, out _));
        share = 1;
        Assert.False(shares.TryTake(1, ref share, out _, out _));
    }
}
