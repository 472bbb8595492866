using System.Diagnostics;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Memory;

/// <summary>
/// Measures for a moment how fast weights would be streamed: requests as <see cref="SectionStream"/> makes them, of one layer.
/// </summary>
internal static unsafe class DiskProbe
{
    private const int Readers = 2;
    private const int Request = 4 << 20;

    // A slow disk is seen by its first requests; a fast one is not read for longer than it takes to get going.
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(0.1);

    /// <summary>Bytes in a second; null if the file cannot be read.</summary>
    public static double? BytesPerSecond(GgufFile file, IEnumerable<GgufTensor> tensors)
    {
        var run = new SectionExtents(tensors).Runs.MaxBy(r => r.End - r.Begin);
        var requests = (run.End - run.Begin) / Request;
        using var disk = new UnbufferedFile(file, run.Part);
        using var memory = new NativeBuffer(Readers * Request, SectionExtents.Alignment);
        var start = Stopwatch.GetTimestamp();
        var next = -1L;
        var done = 0L;
        try
        {
            Parallel.For(0, Readers, new ParallelOptions { MaxDegreeOfParallelism = Readers }, reader =>
            {
                while (Stopwatch.GetElapsedTime(start) < Enough && Interlocked.Increment(ref next) is var i && i < requests)
                {
                    disk.Read(run.Begin + i * Request, (byte*)memory.Pointer + reader * Request, Request, Request);
                    Interlocked.Add(ref done, Request);
                }
            });
        }
        catch (AggregateException e) when (e.InnerException is ModelIOException)
        {
            // Whoever needs the weights will get the error.
            return null;
        }
        return done == 0 ? null : done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
