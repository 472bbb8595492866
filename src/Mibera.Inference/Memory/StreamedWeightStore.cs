using Mibera.Inference.Gguf;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Memory;

/// <summary>
/// Weights that exceed the memory: some sections are read from the file whenever they are leased, the others are kept by
/// <paramref name="resident"/>, which this store owns.
/// </summary>
internal sealed unsafe class StreamedWeightStore(GgufFile file, WeightStore resident, IEnumerable<int> streamed) : WeightStore
{
    private readonly Dictionary<int, List<WeightSlot>> _streamed = streamed.ToDictionary(s => s, _ => new List<WeightSlot>());
    private readonly Lock _gate = new();
    private SectionStream? _stream;

    /// <summary>Bytes that were read, and the time during which reads were under way.</summary>
    public StreamingStatistics Statistics => _stream is { } stream ? new(new ByteSize(stream.BytesRead), stream.ReadTime, stream.Leases / _streamed.Count) : default;

    public override WeightSlot Add(GgufTensor tensor, int section)
    {
        if (!_streamed.TryGetValue(section, out var slots))
            return resident.Add(tensor, section);
        slots.Add(base.Add(tensor, section));
        return slots[^1];
    }

    public override void BringIn(WorkerPool pool, IProgress<LoadProgress>? progress, CancellationToken cancellationToken) =>
        resident.BringIn(pool, progress, cancellationToken);

    public override WeightLease Lease(int section, CancellationToken cancellationToken = default) => _streamed.ContainsKey(section)
        ? new WeightLease(this, section, Stream().Acquire(section, cancellationToken))
        : base.Lease(section, cancellationToken);

    internal override byte* ResidentAddress(WeightSlot slot) => resident.ResidentAddress(slot);

    internal override void Return(int section, byte* buffer)
    {
        if (buffer != null)
            _stream!.Release(section);
    }

    protected override void Dispose(bool disposing)
    {
        _stream?.Dispose();
        resident.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Made by the first lease, when all tensors are known.</summary>
    private SectionStream Stream()
    {
        if (_stream is { } made)
            return made;
        lock (_gate)
            return _stream ??= Create();
    }

    private SectionStream Create()
    {
        var extents = _streamed.ToDictionary(s => s.Key, s => new SectionExtents(s.Value.Select(slot => slot.Tensor)));
        foreach (var slot in _streamed.Values.SelectMany(slots => slots))
            slot.SectionOffset = extents[slot.Section].OffsetOf(slot.Tensor);
        return new SectionStream(file, extents);
    }
}
