using Mibera.Inference.Gguf;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Memory;

/// <summary>
/// Holds the weights in sections (each layer one, the output projection another) and leases them to the forward pass.
/// </summary>
internal abstract unsafe class WeightStore : IDisposable
{
    /// <summary>The section of tensors that are always at hand: the token embedding.</summary>
    public const int Pinned = -1;

    /// <summary>Assigns <paramref name="tensor"/> to a section. All tensors are added before the first lease.</summary>
    public virtual WeightSlot Add(GgufTensor tensor, int section) => new(tensor, section);

    /// <summary>Brings resident weights into memory before they are used, as far as they are not there.</summary>
    public virtual void BringIn(WorkerPool pool, IProgress<LoadProgress>? progress, CancellationToken cancellationToken)
    {
    }

    /// <summary>The right to read a section; blocks while it is being brought in.</summary>
    /// <exception cref="ModelIOException">It could not be brought in.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public virtual WeightLease Lease(int section, CancellationToken cancellationToken = default) => new(this, section, null);

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
