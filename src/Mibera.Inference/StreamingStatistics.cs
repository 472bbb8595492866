namespace Mibera.Inference;

/// <summary>What was read from the disk because the weights exceed the memory.</summary>
/// <param name="BytesRead">Bytes of weights that were read.</param>
/// <param name="ReadTime">Time during which reads were under way.</param>
/// <param name="Passes">How often the forward pass went through all streamed layers.</param>
public readonly record struct StreamingStatistics(ByteSize BytesRead, TimeSpan ReadTime, long Passes)
{
    /// <summary>What came after <paramref name="earlier"/>.</summary>
    public StreamingStatistics Since(StreamingStatistics earlier) =>
        new(new ByteSize(BytesRead.Bytes - earlier.BytesRead.Bytes), ReadTime - earlier.ReadTime, Passes - earlier.Passes);

    /// <summary>The disk's speed while it was read; 0 before the first read.</summary>
    public double BytesPerSecond => ReadTime > TimeSpan.Zero ? BytesRead.Bytes / ReadTime.TotalSeconds : 0;
}
