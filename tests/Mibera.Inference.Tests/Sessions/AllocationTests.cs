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
        Allocations.AssertNoneAnywhere(() =>
        {
            session.Truncate(WarmUp);
            Decode(session, Measured);
        });
    }

    private static void Decode(InferenceSession session, int tokens)
    {
        for (var i = 0; i < tokens; i++)
            session.Evaluate([i % 200], CancellationToken.None);
    }
}
