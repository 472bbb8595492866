using Mibera.Inference.Threading;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>
/// A few inputs without a panel, more of them with one. Filling a panel costs as much as several inputs: for 32 rows of 256 weights of
/// Q4_K some 500 cycles on Golden Cove, as much as one of matrix x vector, against 130 of one more input of a panel.
/// </summary>
/// <param name="few">The most inputs that go without.</param>
/// <param name="small">What multiplies those.</param>
/// <param name="many">Matrix x matrix.</param>
internal sealed unsafe class FewInputsBatch(int few, BatchKernel small, BatchKernel many) : BatchKernel
{
    public override void Prepare(Activations input, WorkerPool pool) => Choose(input).Prepare(input, pool);

    public override void Multiply(in WeightMatrix weights, Activations input, int begin, int end, float* output, long outputStride) =>
        Choose(input).Multiply(weights, input, begin, end, output, outputStride);

    private BatchKernel Choose(Activations input) => input.Rows > few ? many : small;
}
