using Mibera.Inference.Tests.Models;

namespace Mibera.Inference.Tests.Sessions;

/// <summary>A decoded token costs the garbage collector nothing. Runs alone: what is counted is what the process allocates.</summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationTests : TinyModelFolder
{
    private const int WarmUp = 40;
    private const int Measured = 20;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void DecodingAllocatesNothing(int threads)
    {
        using var model = Load(TinyModel.Phi3(), new ModelOptions { Threads = threads });
        using var session = model.CreateSession();
        Decode(session, WarmUp);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Decode(session, Measured);
        // The runtime's own threads allocate, too: the best of a few attempts counts.
        var least = GC.GetTotalAllocatedBytes(precise: true) - before;
        for (var attempt = 0; attempt < 20 && least > 0; attempt++)
        {
            session.Truncate(WarmUp);
            before = GC.GetTotalAllocatedBytes(precise: true);
            Decode(session, Measured);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        Assert.Equal(0, least);
    }

    private static void Decode(InferenceSession session, int tokens)
    {
        for (var i = 0; i < tokens; i++)
            session.Evaluate([i % 200], CancellationToken.None);
    }
}
