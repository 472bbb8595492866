namespace Mibera.Inference.Memory;

/// <summary>Room for one streamed section, and what is in it. Guarded by the gate of its <see cref="SectionStream"/>.</summary>
internal sealed unsafe class StreamBuffer(long bytes) : IDisposable
{
    // Large enough that a disk streams, small enough that two readers share a section evenly.
    private const int Chunk = 4 << 20;

    private readonly NativeBuffer _memory = new(bytes, SectionExtents.Alignment);
    private readonly Queue<StreamChunk> _chunks = new();
    private int _reading;

    /// <summary>The section that is here or on its way; null: none.</summary>
    public int? Section { get; private set; }

    /// <summary>Whether the section may be leased.</summary>
    public bool IsReady => Section is not null && _reading == 0 && _chunks.Count == 0 && Failure is null;

    /// <summary>Why the section could not be read, once no read is under way any more.</summary>
    public ModelIOException? Failure { get; private set; }

    public bool HasFailed => Failure is not null && _reading == 0;

    public int Leases { get; set; }

    public bool IsFree => Leases == 0 && _reading == 0 && _chunks.Count == 0 && Failure is null;

    public byte* Pointer => (byte*)_memory.Pointer;

    /// <summary>Begins to fill the buffer with a section.</summary>
    public void Begin(int section, SectionExtents extents)
    {
        Section = section;
        foreach (var run in extents.Runs)
        {
            for (var offset = run.Begin; offset < run.End; offset += Chunk)
            {
                var needed = (int)Math.Min(Chunk, run.End - offset);
                var length = (needed + SectionExtents.Alignment - 1) / SectionExtents.Alignment * SectionExtents.Alignment;
                _chunks.Enqueue(new StreamChunk(this, run.Part, offset, Pointer + run.BufferOffset + (offset - run.Begin), length, needed));
            }
        }
    }

    /// <summary>Hands out a piece to read; each is given back by <see cref="Complete"/>.</summary>
    public bool TryTake(out StreamChunk chunk)
    {
        if (!_chunks.TryDequeue(out chunk))
            return false;
        _reading++;
        return true;
    }

    public void Complete(ModelIOException? failure)
    {
        _reading--;
        if (failure is null)
            return;
        Failure ??= failure;
        _chunks.Clear();
    }

    /// <summary>Forgets a section that could not be read.</summary>
    public void Clear() => (Section, Failure) = (null, null);

    public void Dispose() => _memory.Dispose();
}

/// <summary>A piece of a section, in whole sectors; its first <paramref name="needed"/> bytes belong to tensors.</summary>
internal readonly unsafe struct StreamChunk(StreamBuffer buffer, int part, long offset, byte* destination, int length, int needed)
{
    public readonly StreamBuffer Buffer = buffer;
    public readonly int Part = part;
    public readonly long Offset = offset;
    public readonly byte* Destination = destination;
    public readonly int Length = length;
    public readonly int Needed = needed;
}
