using Mibera.Inference.Gguf;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels;

// The cells of the sets with vectors of 256 bits or less.
internal static partial class KernelTable
{
    private static MatrixKernel? CreateVector256(GgmlType type, InstructionSet set) => (type, set) switch
    {
        _ => null,
    };
}
