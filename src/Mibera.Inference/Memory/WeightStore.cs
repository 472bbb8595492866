using Mibera.Inference.Gguf;

namespace Mibera.Inference.Memory;

/// <summary>
/// Holds the weights in sections (each layer one, the output projection another) and leases them to the forward pass.
/// </summary>
internal abstract unsafe class WeightStore : IDisposable
{
    /// <summary>The section of tensors that are always at hand: the token embedding.</summary>
    public const int Pinned = -1;

    private readonly Dictionary<int, long> _sectionBytes = [];

    /// <summary>Assigns <paramref name="tensor"/> to a section. All tensors are added before the first lease.</summary>
    public virtual WeightSlot Add(GgufTensor tensor, int section)
    {
        var offset = _sectionBytes.GetValueOrDefault(section);
        _sectionBytes[section] = offset + (tensor.ByteSize + NativeBuffer.Alignment - 1) / NativeBuffer.Alignment * NativeBuffer.Alignment;
        return new WeightSlot(tensor, section, offset);
    }

    /// <summary>Bytes of a section, each tensor aligned.</summary>
    public long SectionBytes(int section) => _sectionBytes.GetValueOrDefault(section);

    /// <summary>The right to read a section; blocks while it is being brought in.</summary>
    public virtual WeightLease Lease(int section) => new(this, section, null);

    /// <summary>Where a resident tensor lies.</summary>
    internal abstract byte* ResidentAddress(WeightSlot slot);

    internal virtual void Return(int section, byte* buffer)
    {
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
