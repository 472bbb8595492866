using Mibera.Inference.Models;

namespace Mibera.Inference.Tests.Models;

public class ProjectionTests
{
    private const int Kilobyte = 1024;

    [Theory]
    // One input: long chunks of large matrices, ...
    [InlineData(1000, 32 * Kilobyte, 1, 2, 12)]
    // ... an eighth of a worker's share of lesser ones, ...
    [InlineData(128, 32 * Kilobyte, 1, 2, 8)]
    // ... and no less than 128 KB of small ones, or with many workers.
    [InlineData(28, 32 * Kilobyte, 1, 2, 4)]
    [InlineData(128, 32 * Kilobyte, 1, 16, 4)]
    // Many inputs: short ones.
    [InlineData(1000, 32 * Kilobyte, 5, 2, 4)]
    // Rows so long that one chunk is more than all this.
    [InlineData(100, 2304 * Kilobyte, 1, 2, 1)]
    [InlineData(100, 2304 * Kilobyte, 512, 2, 1)]
    // More bytes than an int holds.
    [InlineData(3136, 1024 * Kilobyte, 1, 1, 1)]
    public void WorkersTakeAsManyChunksAsTheMatrixHasToGive(int chunks, long chunkBytes, int inputs, int threads, int expected) =>
        Assert.Equal(expected, Projection.Grain(chunks, chunkBytes, inputs, threads));
}
