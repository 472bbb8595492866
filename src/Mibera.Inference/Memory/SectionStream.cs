using System.Diagnostics;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Memory;

/// <summary>
/// Reads streamed sections into two buffers, always ahead of use: while a section is computed, and while resident ones are, the
/// next comes in; after the last one the first is next, for another token. Two threads keep two requests in flight.
/// </summary>
/// <remarks>
/// Any number of sessions may lease sections; those that are at different depths wait for each other's reads. A lease is always
/// given back before its holder asks for another, so some buffer becomes free in the end. A section that somebody waits for is
/// never dropped, and waits are served in order.
/// </remarks>
internal sealed unsafe class SectionStream : IDisposable
{
    private const int Readers = 2;

    // How often a waiting session looks whether it was cancelled.
    private const int CancellationPeriod = 50;

    private readonly object _gate = new();
    private readonly IReadOnlyDictionary<int, SectionExtents> _sections;
    private readonly int[] _order;
    private readonly StreamBuffer[] _buffers;
    private readonly Dictionary<int, UnbufferedFile> _files;
    private readonly List<int> _waiting = [];
    private readonly Thread[] _threads;
    private int _last;
    private int? _doubtful;
    private int _inFlight;
    private long _busySince;
    private long _busyTicks;
    private bool _disposed;

    public SectionStream(GgufFile file, IReadOnlyDictionary<int, SectionExtents> sections)
    {
        _sections = sections;
        _order = [.. sections.Keys.Order()];
        _last = _order.Length - 1;
        var bytes = sections.Values.Max(s => s.Bytes);
        _files = sections.Values.SelectMany(s => s.Runs).Select(r => r.Part).Distinct().ToDictionary(p => p, p => new UnbufferedFile(file, p));
        _buffers = [new StreamBuffer(bytes), new StreamBuffer(bytes)];
        _threads = new Thread[Readers];
        for (var i = 0; i < Readers; i++)
        {
            _threads[i] = new Thread(ReadChunks) { IsBackground = true, Name = $"mibera reader {i + 1}" };
            _threads[i].Start();
        }
    }

    /// <summary>Bytes read so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Leases given so far.</summary>
    public long Leases { get; private set; }

    /// <summary>Time during which reads were under way.</summary>
    public TimeSpan ReadTime
    {
        get
        {
            lock (_gate)
                return Stopwatch.GetElapsedTime(0, _busyTicks);
        }
    }

    /// <summary>The section's buffer, which stays until <see cref="Release"/>.</summary>
    /// <exception cref="ModelIOException">It could not be read; a later call tries again.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public byte* Acquire(int section, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _waiting.Add(section);
            Monitor.PulseAll(_gate);
            try
            {
                while (true)
                {
                    ObjectDisposedException.ThrowIf(_disposed, this);
                    cancellationToken.ThrowIfCancellationRequested();
                    var buffer = Find(section);
                    if (buffer is { IsReady: true })
                        return Lease(buffer, section);
                    if (buffer is { HasFailed: true, Failure: { } failure })
                    {
                        buffer.Clear();
                        throw new ModelIOException(failure.Message, failure.File, failure);
                    }
                    Monitor.Wait(_gate, cancellationToken.CanBeCanceled ? CancellationPeriod : Timeout.Infinite);
                }
            }
            finally
            {
                _waiting.Remove(section);
                Abandon(section);
                Monitor.PulseAll(_gate);
            }
        }
    }

    public void Release(int section)
    {
        lock (_gate)
        {
            Find(section)!.Leases--;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Ends the threads. No lease may be out.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Monitor.PulseAll(_gate);
        }
        foreach (var thread in _threads)
            thread.Join();
        foreach (var buffer in _buffers)
            buffer.Dispose();
        foreach (var file in _files.Values)
            file.Dispose();
    }

    private byte* Lease(StreamBuffer buffer, int section)
    {
        buffer.Leases++;
        Leases++;
        _last = Array.IndexOf(_order, section);
        _doubtful = null;
        return buffer.Pointer;
    }

    private StreamBuffer? Find(int section) => Array.Find(_buffers, b => b.Section == section);

    private void ReadChunks()
    {
        while (Next() is { } chunk)
        {
            ModelIOException? failure = null;
            try
            {
                _files[chunk.Part].Read(chunk.Offset, chunk.Destination, chunk.Length, chunk.Needed);
            }
            catch (Exception e)
            {
                // Whatever it is, it belongs to the session that needs the section, not to this thread.
                failure = e as ModelIOException ?? new ModelIOException($"Reading weights failed: {e.Message}", innerException: e);
            }
            Complete(chunk, failure);
        }
    }

    /// <summary>The next piece to read, or null at the end.</summary>
    private StreamChunk? Next()
    {
        lock (_gate)
        {
            while (!_disposed)
            {
                foreach (var buffer in _buffers)
                {
                    if (!buffer.TryTake(out var chunk))
                        continue;
                    if (_inFlight++ == 0)
                        _busySince = Stopwatch.GetTimestamp();
                    return chunk;
                }
                if (!TryBegin())
                    Monitor.Wait(_gate);
            }
            return null;
        }
    }

    private void Complete(StreamChunk chunk, ModelIOException? failure)
    {
        lock (_gate)
        {
            if (--_inFlight == 0)
                _busyTicks += Stopwatch.GetTimestamp() - _busySince;
            BytesRead += failure is null ? chunk.Needed : 0;
            chunk.Buffer.Complete(failure);
            Abandon(chunk.Buffer.Section!.Value);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Forgets a failure that nobody waits for: who comes to need the section will try, and get the error of that time.</summary>
    private void Abandon(int section)
    {
        if (_waiting.Contains(section) || Find(section) is not { HasFailed: true } buffer)
            return;
        buffer.Clear();
        _doubtful = section;
    }

    /// <summary>Chooses what to read next: what somebody waits for, else the two sections that come after the last leased one.</summary>
    private bool TryBegin()
    {
        var first = _order[(_last + 1) % _order.Length];
        foreach (var section in _waiting)
        {
            if (Find(section) is null)
                return TryBegin(section, b => b.Section is null || b.Section != first) || TryBegin(section, _ => true);
        }
        if (_doubtful is not null)
            return false;
        if (Find(first) is null)
            return TryBegin(first, _ => true);
        var second = _order[(_last + 2) % _order.Length];
        return Find(second) is null && TryBegin(second, b => b.Section != first);
    }

    private bool TryBegin(int section, Predicate<StreamBuffer> mayGo)
    {
        var buffer = Array.Find(_buffers, b => b.IsFree && mayGo(b) && !(b.Section is { } held && _waiting.Contains(held)));
        buffer?.Begin(section, _sections[section]);
        return buffer is not null;
    }
}
