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

    // Nobody should have to wait for a figure. Disks take a few requests to get going: those of the beginning do not count.
    private static readonly TimeSpan Beginning = TimeSpan.FromSeconds(0.05);
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(0.25);

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
        var begun = TimeSpan.Zero;
        try
        {
            Parallel.For(0, Readers, new ParallelOptions { MaxDegreeOfParallelism = Readers }, reader =>
            {
                while (Stopwatch.GetElapsedTime(start) < Enough && Interlocked.Increment(ref next) is var i && i < requests)
                {
                    disk.Read(run.Begin + i * Request, (byte*)memory.Pointer + reader * Request, Request, Request);
                    lock (disk)
                    {
                        if (begun == TimeSpan.Zero && Stopwatch.GetElapsedTime(start) is var now && now > Beginning && 2 * i < requests)
                            (begun, done) = (now, 0);
                        else
                            done += Request;
                    }
                }
            });
        }
        catch (AggregateException e) when (e.InnerException is ModelIOException)
        {
            // Whoever needs the weights will get the error.
            return null;
        }
        return done == 0 ? null : done / (Stopwatch.GetElapsedTime(start) - begun).TotalSeconds;
    }
}
