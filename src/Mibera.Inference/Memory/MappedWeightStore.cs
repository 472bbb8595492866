using Mibera.Inference.Gguf;

namespace Mibera.Inference.Memory;

/// <summary>Weights where the file is mapped: nothing is copied. The file outlives the store.</summary>
internal sealed unsafe class MappedWeightStore(GgufFile file) : WeightStore
{
    internal override byte* ResidentAddress(WeightSlot slot) => file.GetPointer(slot.Tensor);
}
