using Mibera.Inference.Gguf;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Memory;

/// <summary>Weights where the file is mapped: nothing is copied. The file outlives the store.</summary>
internal sealed unsafe class MappedWeightStore(GgufFile file) : WeightStore
{
    private readonly List<GgufTensor> _tensors = [];

    public override WeightSlot Add(GgufTensor tensor, int section)
    {
        // Of an embedding only the rows of tokens that occur are read.
        if (section != Pinned)
            _tensors.Add(tensor);
        return base.Add(tensor, section);
    }

    public override void BringIn(WorkerPool pool, IProgress<LoadProgress>? progress, CancellationToken cancellationToken) =>
        PagePopulation.Run(file, _tensors, pool, progress, cancellationToken);

    internal override byte* ResidentAddress(WeightSlot slot) => file.GetPointer(slot.Tensor);
}
