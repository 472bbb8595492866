using Mibera.Inference.Threading;

namespace Mibera.Inference.Kernels;

/// <summary>Matrix x several rows of activations: the kernel of prefill, and of small batches.</summary>
internal abstract unsafe class BatchKernel
{
    /// <summary>Quantizes and packs <paramref name="input"/> (2 rows or more).</summary>
    public abstract void Prepare(Activations input, WorkerPool pool);

    /// <summary>As <see cref="MatrixKernel.Multiply"/>; scratch is per thread and kept.</summary>
    public abstract void Multiply(in WeightMatrix weights, Activations input, int begin, int end, float* output, long outputStride);
}
