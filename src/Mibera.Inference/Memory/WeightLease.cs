namespace Mibera.Inference.Memory;

/// <summary>
/// The right to read one section's weights until it is disposed. Whether they are mapped, read or streamed, the forward pass
/// cannot tell; no pointer outlives the lease.
/// </summary>
internal readonly unsafe struct WeightLease(WeightStore store, int section, byte* buffer) : IDisposable
{
    public byte* Address(WeightSlot slot) => buffer == null ? store.ResidentAddress(slot) : buffer + slot.SectionOffset;

    public void Dispose() => store.Return(section, buffer);
}
