using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Tests.Kernels;

public unsafe class ActivationRecordsTests
{
    [Fact]
    public void EqualPropertiesAreOneLayout()
    {
        foreach (var kind in Enum.GetValues<RecordKind>())
        {
            Assert.Same(ActivationRecords.Of(256, kind), ActivationRecords.Of(256, kind));
            Assert.NotSame(ActivationRecords.Of(256, kind), ActivationRecords.Of(32, kind));
            Assert.Equal(32, ActivationRecords.Of(32, kind).Block);
            Assert.Equal(256, ActivationRecords.Of(256, kind).Block);
        }
    }

    [Fact]
    public void PackingDoesNotDependOnThreads()
    {
        using var pool = new WorkerPool(3);
        foreach (var kind in Enum.GetValues<RecordKind>())
        {
            var layout = ActivationRecords.Of(256, kind);
            using var alone = KernelEqualityTests.Input(9, 1024, ActivationPattern.Gaussian);
            using var shared = KernelEqualityTests.Input(9, 1024, ActivationPattern.Gaussian);
            var bytes = (int)layout.Bytes(9, 1024);
            Assert.Equal(
                new ReadOnlySpan<byte>(alone.Packed(layout, WorkerPool.Inline), bytes).ToArray(),
                new ReadOnlySpan<byte>(shared.Packed(layout, pool), bytes).ToArray());
        }
    }

    [Fact]
    public void ARecordHoldsQuantsSumsAndScale()
    {
        using var input = KernelEqualityTests.Input(3, 512, ActivationPattern.Gaussian);
        var rows = input.Quantized(256, WorkerPool.Inline);
        var size = ActivationRecords.RecordBytes(1);
        // Row 2 in the second chunk.
        var record = input.Packed(ActivationRecords.Of(256, RecordKind.Shifted), WorkerPool.Inline) + (3 + 2) * size;
        var beside = record + size - ActivationRecords.BesideQuants;
        for (var i = 0; i < 256; i++)
            Assert.Equal(rows.Quants(2)[256 + i] + 127, record[i]);
        for (var j = 0; j < 16; j++)
            Assert.Equal(rows.Sums(2)[16 + j], ((short*)(beside + ActivationRecords.SumsOffset))[j]);
        for (var j = 0; j < 8; j++)
            Assert.Equal(rows.Sums(2)[16 + 2 * j] + rows.Sums(2)[17 + 2 * j], ((short*)(beside + ActivationRecords.SumsOf32Offset))[j]);
        Assert.Equal(rows.Scales(2)[1], *(float*)(beside + ActivationRecords.ScalesOffset));
    }
}
