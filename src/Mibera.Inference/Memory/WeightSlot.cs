using Mibera.Inference.Gguf;

namespace Mibera.Inference.Memory;

/// <summary>A tensor's place in a <see cref="WeightStore"/>: which section leases it, and where in that section it lies.</summary>
internal sealed class WeightSlot(GgufTensor tensor, int section)
{
    public GgufTensor Tensor { get; } = tensor;

    public int Section { get; } = section;

    /// <summary>Bytes from the start of the section's buffer, if it is read into one.</summary>
    public long SectionOffset { get; set; }
}
