using Mibera.Inference.Gguf;

namespace Mibera.Inference.Kernels;

// The cells of AVX-512: formats with grids, ternary formats, small floats.
internal static partial class KernelTable
{
    private static MatrixKernel? CreateAvx512LowBit(GgmlType type) => type switch
    {
        _ => null,
    };
}
